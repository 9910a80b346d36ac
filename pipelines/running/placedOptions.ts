import { withInputs } from "../config/withInputs.js";
import type { PipelineNode } from "../graph/nodes.js";
import { writtenPaths } from "../graph/writtenPaths.js";

/** Where the files of a run lie. */
export interface Places {
  /** The folder that inputs start from. */
  readonly inputs: string;
  /** The place of a file that is written. */
  readonly written: (path: string) => string;
  /** The folder of what lasts no longer than the run. */
  readonly scratch: string;
}

/** A node's options with its files in place. */
export function placedOptions(node: PipelineNode, places: Places): Readonly<Record<string, unknown>> {
  const { inputs, written, scratch } = places;
  const needsScratch = Object.hasOwn(node.unit.fields, "scratch") && node.options.scratch === undefined;
  const outputs = writtenPaths(node).map(([option, path]) => [option, written(path)] as const);
  return { ...withInputs(node, inputs), ...Object.fromEntries(outputs), ...(needsScratch ? { scratch } : {}) };
}
