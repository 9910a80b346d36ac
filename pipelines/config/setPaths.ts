import { isPlainObject, suggest } from "../../schemas/index.js";
import { CONFIG_KEYS } from "./configKeys.js";
import type { Registry } from "./registry.js";

type Keys = readonly string[];

/**
 * The whole path of an option that `--set` names by the end of it: `word2vec.epochs`, or just `epochs`, for
 * `branches.word2vec.word2vec.epochs`. A path that begins at the top of the config stays as it is.
 * @returns the path, or what is wrong with it
 */
export function wholePath(keys: Keys, config: unknown, { units }: Registry): Keys | string {
  const [first = ""] = keys;
  if (!isPlainObject(config) || first in config || (CONFIG_KEYS as Keys).includes(first)) return keys;
  const steps = stepPaths(config);
  const options = steps.flatMap((step) => Object.keys(units.get(step.at(-1)!)?.fields ?? {}).map((o) => [...step, o]));
  const paths = [...steps, ...options];
  const found = new Set(paths.flatMap((path) => joined(path, keys)).map((path) => path.join(".")));
  const [path, ...others] = found;
  if (path === undefined) return `${NEITHER}${hint(keys, paths)}`;
  return others.length === 0
    ? path.split(".")
    : `the path must name one option, and could be ${[...found].join(" or ")}`;
}

const NEITHER = `the path must begin with one of ${CONFIG_KEYS.join(", ")}, or name a step or an option that a step of this config has`;

/** Where the steps of a config stand, by name; by number, too, where a name comes more than once in a list. */
function stepPaths({ source, steps, branches }: Record<string, unknown>): Keys[] {
  const lists = Object.entries(isPlainObject(branches) ? branches : {}).map(
    ([name, list]) => [["branches", name], list] as const,
  );
  return [
    ...namesIn([source]).map((name) => ["source", name]),
    ...[[["steps"], steps] as const, ...lists].flatMap(([path, list]) =>
      pathsIn(path, Array.isArray(list) ? list : []),
    ),
  ];
}

function pathsIn(path: Keys, list: readonly unknown[]): Keys[] {
  const names = namesIn(list);
  const isOnly = (name: string) => names.filter((other) => other === name).length === 1;
  return names.map((name, index) => (isOnly(name) ? [...path, name] : [...path, `${index}`, name]));
}

const namesIn = (steps: readonly unknown[]) =>
  steps.map((step) => (isPlainObject(step) ? (Object.keys(step)[0] ?? "") : String(step)));

/** A path, and what of the keys leads further into it, where the keys begin with an end of the path. */
function joined(path: Keys, keys: Keys): Keys[] {
  const ends = path.map((_, from) => path.slice(from)).filter((end) => end.every((key, k) => key === keys[k]));
  return ends.map((end) => [...path, ...keys.slice(end.length)]);
}

function hint(keys: Keys, paths: readonly Keys[]): string {
  const ends = paths.map((path) => path.slice(-keys.length).join("."));
  const near = suggest(keys.join("."), ends);
  return near === undefined ? "" : `; did you mean ${near}?`;
}
