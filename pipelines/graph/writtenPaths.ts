import type { FileUse } from "../../schemas/index.js";
import type { PipelineNode } from "./nodes.js";

export type NamedPath = readonly [option: string, path: string];

/** The options of a node that name a file to be made. */
export const outputPaths = (node: PipelineNode): NamedPath[] => pathsOf(node, "output");

/** Those that name a file of the run's folder that outlives the run. */
export const journalPaths = (node: PipelineNode): NamedPath[] => pathsOf(node, "journal");

export const writtenPaths = (node: PipelineNode): NamedPath[] => [...outputPaths(node), ...journalPaths(node)];

export function pathsOf({ options, unit }: Pick<PipelineNode, "options" | "unit">, use: FileUse): NamedPath[] {
  return Object.entries(unit.fields)
    .filter(([option, field]) => field.file === use && typeof options[option] === "string")
    .map(([option]) => [option, options[option] as string]);
}
