import type { AnyUnit } from "../../schemas/index.js";
import { nameOf, nodesOf, type PipelineNode } from "./nodes.js";
import type { Pipeline } from "./pipeline.js";

/** A pipeline as data, for whoever draws it. */
export interface PipelineGraph {
  /** In the order of the config. */
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly GraphEdge[];
  readonly branches: readonly string[];
}

export interface GraphNode {
  /** The step's place in the config, `steps/1/tokenize`. */
  readonly id: string;
  readonly unit: string;
  readonly kind: AnyUnit["kind"];
  /** What the step goes by in reports. */
  readonly name: string;
  readonly branch?: string;
  /** The file that it writes. */
  readonly file?: string;
}

export interface GraphEdge {
  readonly from: string;
  readonly to: string;
  /** The kind of data that goes along. */
  readonly data: string;
  /** It is needed besides what is read. */
  readonly isNeed: boolean;
}

export function pipelineGraph({ root, config }: Pipeline): PipelineGraph {
  const nodes = nodesOf(root);
  return {
    nodes: nodes.map(graphNode),
    edges: nodes.flatMap((node) => [...edges(node, node.children, false), ...edges(node, node.neededBy, true)]),
    branches: [...config.branches.keys()],
  };
}

function graphNode(node: PipelineNode): GraphNode {
  const { id, unit, branch, options } = node;
  const option = Object.entries(unit.fields).find(([, field]) => field.file === "output")?.[0];
  const file = option === undefined ? undefined : options[option];
  return {
    ...{ id, unit: unit.name, kind: unit.kind, name: nameOf(node) },
    ...(branch === undefined ? {} : { branch }),
    ...(typeof file === "string" ? { file } : {}),
  };
}

const edges = ({ id, makes }: PipelineNode, others: readonly PipelineNode[], isNeed: boolean): GraphEdge[] =>
  others.map((other) => ({ from: id, to: other.id, data: makes.name, isNeed }));
