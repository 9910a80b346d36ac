import { nodesOf, type PipelineNode } from "#pipelines";
import type { DataKind } from "#schemas";

export interface Sketch {
  /** The name of the node before it; none for the source. */
  readonly reads?: string;
  readonly needs?: readonly string[];
  readonly kind?: "operator" | "model" | "sink";
  /** A stream if left out; a model makes a whole value. */
  readonly makes?: "stream" | "whole";
  readonly again?: true;
  readonly branch?: string;
  /** More about the kind of data that it makes. */
  readonly data?: Partial<DataKind>;
}

/** A graph drawn by hand: its nodes by name, each behind those that it reads and needs. */
export function graphOf<Name extends string>(sketches: Readonly<Record<Name, Sketch>>): Record<Name, PipelineNode> {
  const nodes = new Map<string, PipelineNode>();
  for (const [name, sketch] of Object.entries<Sketch>(sketches)) {
    const { reads, needs = [], kind = "operator", makes, again = false, branch, data } = sketch;
    const arrives = makes ?? (kind === "model" ? "whole" : "stream");
    const parent = reads === undefined ? undefined : nodes.get(reads)!;
    const node: PipelineNode = {
      id: name,
      unit: { name, kind: parent ? kind : "source", reads: parent?.makes.name ?? "nothing" } as never,
      options: {},
      branch,
      makes: { name: `${name}'s`, arrives, ...data } as never,
      parent,
      children: [],
      needs: new Map(needs.map((need) => [need, nodes.get(need)!])),
      namedNeeds: {},
      neededBy: [],
      startsPass: again,
    };
    parent?.children.push(node);
    for (const maker of node.needs.values()) maker.neededBy.push(node);
    nodes.set(name, node);
  }
  return Object.fromEntries(nodes) as Record<Name, PipelineNode>;
}

export const namesOf = (nodes: Iterable<PipelineNode>): string => [...nodes].map(({ id }) => id).join(" ");

/** The nodes of a graph in the order in which a run knows them. */
export const allNodes = (graph: Readonly<Record<string, PipelineNode>>): PipelineNode[] =>
  nodesOf(Object.values(graph)[0]!);
