import { dirname, isAbsolute, join, relative, resolve } from "node:path";
import type { Field, FileUse, OptionsSchema } from "../../schemas/index.js";
import type { PipelineNode } from "../graph/nodes.js";
import { seenFrom } from "../record/seenFrom.js";
import type { LoadedConfig } from "./config.js";
import type { ConfigPath } from "./configError.js";

type Options = Readonly<Record<string, unknown>>;

/** Their bytes are a part of what a run was made from. */
export const isRead = (use: FileUse | undefined) => use === "input" || use === "value";
/** They start from the config's folder. */
const isPlaced = (use: FileUse | undefined) => isRead(use) || use === "path";

/**
 * A unit's options as a config states them, in which paths that the environment or the command line brought start from the config's
 * folder as all others do, and no longer from the current one.
 */
export function withOutsidePaths(
  unit: OptionsSchema,
  options: Options,
  { file, isFromOutside }: LoadedConfig,
  place: ConfigPath,
): Options {
  return withPaths(unit, options, (path, _, where) =>
    !isAbsolute(path) && isFromOutside([...place, ...where]) ? relative(dirname(file), resolve(path)) : path,
  );
}

/** A node's options with the paths of what it reads as another folder sees them. */
export function inputsFrom({ unit, options }: PipelineNode, configFolder: string, folder: string): Options {
  return withPaths(unit, options, (path) => (isAbsolute(path) ? path : seenFrom(folder, join(configFolder, path))));
}

/** Options in which each path of what is read has become another. */
export function withPaths(
  { fields }: OptionsSchema,
  options: Options,
  change: (path: string, field: Field, place: ConfigPath) => string,
): Options {
  const changed = (path: unknown, field: Field, place: ConfigPath): unknown =>
    typeof path !== "string" || path === "-" ? path : change(path, field, place); // in code, a table
  const entries = Object.entries(options).map(([option, value]) => {
    const field = fields[option];
    if (!field || !isPlaced(field.file)) return [option, value];
    const paths = Array.isArray(value) ? value.map((path, k) => changed(path, field, [option, k])) : undefined;
    return [option, paths ?? changed(value, field, [option])];
  });
  return Object.fromEntries(entries);
}
