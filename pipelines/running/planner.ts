import { dependentsOf, duringPass, endsPass, isModel, isUpdated, type PipelineNode } from "../graph/nodes.js";

/** One pass over what a step reads. */
export interface PassPlan {
  /** Which pass of its step it is, from 0. */
  readonly epoch: number;
  /** The nodes that take part. */
  readonly nodes: ReadonlySet<PipelineNode>;
  /** The models among them. */
  readonly models: readonly PipelineNode[];
  /** The models that want no pass after this one. */
  readonly finishing: readonly PipelineNode[];
}

/** How many passes each model wants. */
type EpochsOf = (model: PipelineNode) => number;

/** How many passes the step has that a node begins: as many as the model wants that wants most. */
export function countPasses(head: PipelineNode, epochsOf: EpochsOf): number {
  return Math.max(1, ...wantedPasses(duringPass(head), epochsOf).values());
}

/** One of these passes. Every node takes part in the first one, and in the others those that lead to a model which still learns. */
export function planPass(head: PipelineNode, epochsOf: EpochsOf, epoch: number): PassPlan {
  const nodes = duringPass(head);
  const wanted = wantedPasses(nodes, epochsOf);
  const models = [...wanted.keys()].filter((model) => wanted.get(model)! > epoch);
  const leadsToModel = (node: PipelineNode) => duringPass(node).some((each) => models.includes(each));
  return {
    epoch,
    nodes: new Set(epoch === 0 ? nodes : nodes.filter(leadsToModel)),
    models,
    finishing: models.filter((model) => wanted.get(model) === epoch + 1),
  };
}

/** A fit is one pass. */
function wantedPasses(nodes: readonly PipelineNode[], epochsOf: EpochsOf): Map<PipelineNode, number> {
  return new Map(nodes.filter(isModel).map((model) => [model, isUpdated(model) ? epochsOf(model) : 1]));
}

/** The only pass over the source, in which each model learns once. */
export function planSource(root: PipelineNode): PassPlan {
  return planPass(root, () => 1, 0);
}

/** The nodes that can begin a step now, since the work of all that they read and need is done, without those that are planned. */
export function readySteps(
  nodes: readonly PipelineNode[],
  done: ReadonlySet<PipelineNode>,
  planned: readonly PipelineNode[],
): PipelineNode[] {
  const isReady = (node: PipelineNode) => sourcesOf(node).every((source) => done.has(source));
  return nodes.filter((node) => beginsStep(node) && !done.has(node) && !planned.includes(node) && isReady(node));
}

/** The makers of values that nobody reads or needs any more. */
export function releasable(makers: Iterable<PipelineNode>, done: ReadonlySet<PipelineNode>): PipelineNode[] {
  return [...makers].filter((maker) => dependentsOf(maker).every((node) => done.has(node)));
}

/** The nodes whose streams are read again, so that they must be logged. */
export function loggedNodes(nodes: readonly PipelineNode[]): PipelineNode[] {
  return [...new Set(nodes.filter(({ startsPass }) => startsPass).map(({ parent }) => parent!))];
}

/** It works in no pass of what it reads. */
function beginsStep({ parent, startsPass }: PipelineNode): boolean {
  return parent !== undefined && (startsPass || endsPass(parent));
}

function sourcesOf({ parent, needs }: PipelineNode): PipelineNode[] {
  return [parent!, ...needs.values()];
}
