import { dirname, isAbsolute, join, relative, resolve } from "node:path";
import type { FileUse, OptionsSchema } from "../../schemas/index.js";
import type { PipelineNode } from "../graph/nodes.js";
import type { LoadedConfig } from "./config.js";
import type { ConfigPath } from "./configText.js";

type Options = Readonly<Record<string, unknown>>;

/** Their bytes are a part of what a run was made from. */
export const isRead = (use: FileUse | undefined) => use === "input" || use === "value";
/** They start from the config's folder. */
const isPlaced = (use: FileUse | undefined) => isRead(use) || use === "path";

/** A node's options with the paths of what it reads in place: those that are not absolute start from the config's folder. */
export function withInputs({ unit, options }: PipelineNode, configFolder: string): Options {
  return withPaths(unit, options, (path) => join(configFolder, path));
}

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
  return withPaths(unit, options, (path, where) =>
    isFromOutside([...place, ...where]) ? relative(dirname(file), resolve(path)) : path,
  );
}

/** A node's options with the paths of what it reads as another folder sees them. */
export function inputsFrom({ unit, options }: PipelineNode, configFolder: string, folder: string): Options {
  return withPaths(unit, options, (path) => seenFrom(folder, join(configFolder, path)));
}

/** A path as another folder sees it; one that is absolute stays so. */
export const pathFrom = (folder: string, path: string) => (isAbsolute(path) ? path : seenFrom(folder, path));

const seenFrom = (folder: string, path: string) => relative(folder, resolve(path)) || ".";

/** Options in which each relative path of what is read has become another. */
function withPaths(
  { fields }: OptionsSchema,
  options: Options,
  change: (path: string, place: ConfigPath) => string,
): Options {
  const changed = (path: unknown, place: ConfigPath): unknown =>
    typeof path !== "string" || isAbsolute(path) || path === "-" ? path : change(path, place); // in code, a table
  const entries = Object.entries(options).map(([option, value]) => {
    if (!isPlaced(fields[option]?.file)) return [option, value];
    return [
      option,
      Array.isArray(value) ? value.map((path, k) => changed(path, [option, k])) : changed(value, [option]),
    ];
  });
  return Object.fromEntries(entries);
}

/** The path of what a folder names, as the current folder sees it. */
export const seenFromHere = (folder: string, path: string) =>
  isAbsolute(path) ? path : relative("", resolve(folder, path));
