import { duringPass, isModel, isUpdated, nodesOf, type PipelineNode } from "../graph/nodes.js";
import type { Pipeline } from "../graph/pipeline.js";
import { readySteps } from "./planner.js";

/** A step of a run that takes its time: the pass over the source, or over kept tokens, or the fit of a model. */
export interface PlannedStep {
  /** The node that begins it. */
  readonly id: string;
  /** How often its data passes. */
  readonly passes: number;
}

/** The nodes that begin the steps of a run, in the order in which `execute` takes them. */
export function plannedHeads(root: PipelineNode): PipelineNode[] {
  const nodes = nodesOf(root);
  const heads = [root];
  const done = new Set<PipelineNode>();
  for (const head of heads) {
    for (const node of duringPass(head)) done.add(node);
    heads.push(...readySteps(nodes, done, heads));
  }
  return heads;
}

/** Those steps that take their time. */
export function plannedSteps({ root }: Pipeline): PlannedStep[] {
  return plannedHeads(root)
    .filter((head) => head === root || head.startsPass || isModel(head))
    .map((head) => ({ id: head.id, passes: passesOf(head) }));
}

/** As many epochs as the keenest model wants that learns in the step; one pass over the source, whatever learns in it. */
function passesOf(head: PipelineNode): number {
  const learning = isModel(head) ? [head] : duringPass(head).filter(isUpdated);
  return head.parent ? Math.max(1, ...learning.map(({ options }) => Number(options.epochs ?? 1))) : 1;
}
