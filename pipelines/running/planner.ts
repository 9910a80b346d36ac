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

/**
 * The passes of the step that a node begins: as many as the model wants that wants most. Every node takes part in the first one, and in
 * the others those that lead to a model which still learns.
 */
export function planPasses(head: PipelineNode, epochsOf: (model: PipelineNode) => number): PassPlan[] {
  const nodes = duringPass(head);
  const wanted = new Map(nodes.filter(isModel).map((model) => [model, isUpdated(model) ? epochsOf(model) : 1])); // a fit is one pass
  const passes = Math.max(1, ...wanted.values());
  return Array.from({ length: passes }, (_, epoch) => {
    const models = [...wanted.keys()].filter((model) => wanted.get(model)! > epoch);
    const leadsToModel = (node: PipelineNode) => duringPass(node).some((each) => models.includes(each));
    return {
      epoch,
      nodes: new Set(epoch === 0 ? nodes : nodes.filter(leadsToModel)),
      models,
      finishing: models.filter((model) => wanted.get(model) === epoch + 1),
    };
  });
}

/** The only pass over the source, in which each model learns once. */
export function planSource(root: PipelineNode): PassPlan {
  return planPasses(root, () => 1)[0]!;
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
