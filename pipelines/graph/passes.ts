import type { PipelineNode } from "./nodes.js";

/**
 * Whether a stage behind `parent` reads its stream again, in a pass of its own: one of the values that it needs is not there before
 * the pass begins that makes the stream.
 */
export function mustReadAgain(parent: PipelineNode, needs: Iterable<PipelineNode>): boolean {
  if (parent.makes.arrives === "whole") return false;
  const before = madeBefore(headOf(parent));
  return [...needs].some((maker) => !before.has(maker));
}

/** What a node reads comes from a live source, in the only pass over that. */
export function readsLive(node: PipelineNode): boolean {
  return headOf(node).unit.live === true;
}

/** The node that begins the pass in which a node works. */
function headOf(node: PipelineNode): PipelineNode {
  const { parent, startsPass } = node;
  return parent === undefined || startsPass || parent.makes.arrives === "whole" ? node : headOf(parent);
}

/** All nodes whose work is over before a pass begins. */
function madeBefore(head: PipelineNode): ReadonlySet<PipelineNode> {
  const before = new Set<PipelineNode>();
  const add = (node: PipelineNode | undefined): void => {
    if (!node || before.has(node)) return;
    before.add(node);
    add(node.parent);
    for (const maker of node.needs.values()) add(maker);
  };
  add(head.parent);
  for (const maker of head.needs.values()) add(maker);
  return before;
}
