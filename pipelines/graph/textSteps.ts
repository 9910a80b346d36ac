import { basename } from "node:path";
import type { TextStep } from "../../schemas/index.js";
import { withPaths } from "../config/optionPaths.js";
import { type PipelineNode, pathTo } from "./nodes.js";

const TEXT_KINDS = ["text", "tokens"];

/** The nodes that make tokens of a text on its way to a node. */
export function textStepNodes(node: PipelineNode): PipelineNode[] {
  return pathTo(node).filter(
    ({ unit }) => unit.kind === "operator" && TEXT_KINDS.includes(unit.reads) && TEXT_KINDS.includes(unit.makes),
  );
}

/** The same as a config writes them, files by their names: where they lie is nobody's concern who gets what was made. */
export function textSteps(node: PipelineNode): TextStep[] {
  return textStepNodes(node).map(({ unit, options }) => ({
    [unit.name]: withPaths(unit, options, (path) => basename(path)),
  }));
}
