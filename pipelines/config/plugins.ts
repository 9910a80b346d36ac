import { isAbsolute, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { type AnyUnit, type DataKind, isPlainObject, show } from "../../schemas/index.js";
import { type Registry, withUnits } from "./registry.js";

/** A plugin's place: relative to the folder of the config that names it. */
export const pluginPath = (folder: string, path: string): string => (isAbsolute(path) ? path : join(folder, path));

/**
 * Loads modules, and adds the units and kinds of data that they export. A module is code: it may do whatever this process may.
 * @throws Error, TypeError if one cannot be loaded, exports neither units nor kinds, or takes a name that is taken
 */
export async function loadPlugins(registry: Registry, paths: readonly string[]): Promise<Registry> {
  let extended = registry;
  for (const path of new Set(paths)) extended = withPlugin(extended, path, await load(path));
  return extended;
}

async function load(path: string): Promise<readonly unknown[]> {
  try {
    return [...new Set(Object.values((await import(pathToFileURL(path).href)) as object))];
  } catch (cause) {
    throw new Error(`plugins: ${path} must be a module that can be loaded, got ${reasonOf(cause, path)}`, { cause });
  }
}

/** Node's own words name the module of ours that asked for another one. */
function reasonOf(cause: unknown, path: string): string {
  const [reason = ""] = String((cause as Error)?.message ?? cause).split("\n");
  if ((cause as NodeJS.ErrnoException | undefined)?.code === "ERR_UNSUPPORTED_DIR_IMPORT") return "a folder";
  const [, missing] = /^Cannot find (?:module|package) '([^']+)'/.exec(reason) ?? [];
  if (missing === undefined) return reason || "an error without a message";
  return missing === resolve(path) ? "no file of that name" : `one that imports ${missing}, which is not there`;
}

function withPlugin(registry: Registry, path: string, exported: readonly unknown[]): Registry {
  const described = exported.filter(isPlainObject);
  const kinds = described.filter((each) => "arrives" in each);
  const units = described.filter((each) => "create" in each || "reads" in each);
  if (units.length + kinds.length === 0)
    throw new TypeError(`plugins: ${path} must export units made with defineUnit, got none`);
  try {
    units.forEach(requireUnit);
    kinds.forEach(requireKind);
    const added = { units: units as unknown as AnyUnit[], kinds: kinds as unknown as DataKind[] };
    return { ...withUnits(registry, added), plugins: [...registry.plugins, path] };
  } catch (cause) {
    throw new TypeError(`plugins: ${path}: ${(cause as Error).message}`, { cause });
  }
}

type Rules = Readonly<Record<string, readonly [must: string, holds: (value: unknown) => boolean]>>;

const isText = (value: unknown) => typeof value === "string";
const isName = (value: unknown) => isText(value) && /^[A-Za-z]\w*$/.test(value as string);
const isOneOf = (...choices: string[]) =>
  [`be one of ${choices.join(", ")}`, (value: unknown) => choices.includes(value as string)] as const;
const isField = (value: unknown) =>
  isPlainObject(value) && isText(value.expects) && typeof value.refusal === "function";

const name = ["be letters and digits that begin with a letter", isName] as const;
const kind = ["be the name of a kind of data", isText] as const;

const unitRules: Rules = {
  name,
  kind: isOneOf("source", "operator", "model", "sink"),
  reads: kind,
  makes: kind,
  summary: ["be a text", isText],
  fields: ["be a map of option fields", (value) => isPlainObject(value) && Object.values(value).every(isField)],
  needs: [
    "be a map of kinds of data",
    (value) => value === undefined || (isPlainObject(value) && Object.values(value).every(isText)),
  ],
  create: ["be a function", (value) => typeof value === "function"],
};

const kindRules: Rules = { name, arrives: isOneOf("stream", "whole") };

const requireUnit = (value: Readonly<Record<string, unknown>>) => requireRules("a unit", unitRules, value);
const requireKind = (value: Readonly<Record<string, unknown>>) => requireRules("a kind of data", kindRules, value);

function requireRules(what: string, rules: Rules, value: Readonly<Record<string, unknown>>): void {
  const who = isText(value.name) ? value.name : what;
  for (const [key, [must, holds]] of Object.entries(rules))
    if (!holds(value[key])) throw new TypeError(`${who}: ${key} must ${must}, got ${shown(value[key])}`);
}

const shown = (value: unknown) =>
  value === undefined ? "nothing" : typeof value === "function" ? "a function" : show(value);
