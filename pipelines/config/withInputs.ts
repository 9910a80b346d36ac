import { isAbsolute, join } from "node:path";
import type { PipelineNode } from "../graph/nodes.js";
import { fileOfRun } from "../record/fileOfRun.js";
import { withPaths } from "./optionPaths.js";

type Options = Readonly<Record<string, unknown>>;

/**
 * A node's options with the paths of what it reads in place: those that are not absolute start from the config's folder, and the folder of
 * a run stands for its file of the kind that is asked for.
 */
export function withInputs({ unit, options }: PipelineNode, configFolder: string): Options {
  return withPaths(unit, options, (path, { file, holds }) => {
    const placed = isAbsolute(path) ? path : join(configFolder, path);
    return file === "value" ? fileOfRun(placed, holds!) : placed;
  });
}
