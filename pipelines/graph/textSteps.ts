import { basename } from "node:path";
import type { TextStep } from "../../schemas/index.js";
import { withPaths } from "../config/optionPaths.js";
import { type PipelineNode, pathTo } from "./nodes.js";

const TEXT_KINDS = ["text", "tokens"];
const WEIGHED_KIND = "documentTerms";

/** The nodes that make tokens of a text on its way to a node. */
export function textStepNodes(node: PipelineNode): PipelineNode[] {
  return pathTo(node).filter(
    ({ unit }) => unit.kind === "operator" && TEXT_KINDS.includes(unit.reads) && TEXT_KINDS.includes(unit.makes),
  );
}

/** The steps that weigh the terms of documents on their way to a node, as a config writes them. */
export function weightSteps(node: PipelineNode): TextStep[] {
  return configSteps(
    pathTo(node).filter(
      ({ unit }) => unit.reads === WEIGHED_KIND && unit.makes === WEIGHED_KIND && unit.kind === "operator",
    ),
  );
}

/** Those that make tokens, as a config writes them, files by their names: where they lie is nobody's concern who gets what was made. */
export function textSteps(node: PipelineNode): TextStep[] {
  return configSteps(textStepNodes(node));
}

const configSteps = (nodes: readonly PipelineNode[]): TextStep[] =>
  nodes.map(({ unit, options }) => ({ [unit.name]: withPaths(unit, options, (path) => basename(path)) }));
