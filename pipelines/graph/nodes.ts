import type { AnyUnit, DataKind } from "../../schemas/index.js";

/** A step in place: what it reads comes from its parent, what it needs from other nodes, and what it makes goes to its children. */
export interface PipelineNode {
  /** The step's place in the config, `steps/1/tokenize`. */
  readonly id: string;
  readonly unit: AnyUnit;
  /** Every default filled in. */
  readonly options: Readonly<Record<string, unknown>>;
  /** The branch it belongs to; undefined for shared steps. */
  readonly branch: string | undefined;
  /** What it makes. */
  readonly makes: DataKind;
  readonly parent: PipelineNode | undefined;
  readonly children: PipelineNode[];
  /** The makers of the finished values that it needs, by name. */
  readonly needs: ReadonlyMap<string, PipelineNode>;
  /** The branches that the config names for some of them. */
  readonly namedNeeds: Readonly<Record<string, string>>;
  readonly neededBy: PipelineNode[];
  /** It reads its parent's stream again in a pass of its own, since what it needs is not there before the pass that made the stream. */
  readonly startsPass: boolean;
}

/** All nodes, parents first. */
export function nodesOf(root: PipelineNode): PipelineNode[] {
  return [root, ...root.children.flatMap(nodesOf)];
}

/** What a model goes by in reports: its branch, if it is in one. */
export const nameOf = ({ branch, unit }: PipelineNode): string => branch ?? unit.name;

export const isModel = ({ unit }: PipelineNode) => unit.kind === "model";
/** Learns batch by batch. */
export const isUpdated = (node: PipelineNode) => isModel(node) && node.parent?.makes.arrives === "stream";
export const isResumable = ({ unit: { resumable }, options }: PipelineNode) =>
  typeof resumable === "function" ? resumable(options as never) : resumable === true;
/** All that its readers ask of a stream of tokens is how often each term occurs. */
export const isOnlyCounted = ({ children }: PipelineNode) =>
  children.length > 0 && children.every(({ unit, options }) => unit.readsCounts?.(options as never) === true);
/** Its readers are done with a batch once they have seen it. */
export const isReadAtOnce = ({ children }: PipelineNode) =>
  children.length > 0 && children.every(({ unit }) => unit.readsAtOnce === true);
/** What follows it runs after the pass that made its value. */
export const isFinished = ({ makes }: PipelineNode) => makes.arrives === "whole";
/** The last node of its pass on its way: what it makes is there once the pass is over. */
export const endsPass = (node: PipelineNode) => isModel(node) || isFinished(node);

/** The nodes that read or need what a node makes, in the order of the config. */
export function dependentsOf({ children, neededBy }: PipelineNode): PipelineNode[] {
  return [...new Set([...children, ...neededBy])];
}

/** The nodes that read what a node makes, also behind sinks, which pass it on. */
export function readersOf({ children }: PipelineNode): PipelineNode[] {
  return children.flatMap((child) => [child, ...(child.unit.kind === "sink" ? readersOf(child) : [])]);
}

/** The node that made what a node reads: sinks pass it on. */
export function makerFor({ parent }: PipelineNode): PipelineNode | undefined {
  return parent?.unit.kind === "sink" ? makerFor(parent) : parent;
}

/** All nodes that what a node makes comes to, one way or another. */
export function behind(node: PipelineNode): PipelineNode[] {
  const found = new Set<PipelineNode>();
  const add = (each: PipelineNode): void => {
    if (found.has(each)) return;
    found.add(each);
    dependentsOf(each).forEach(add);
  };
  dependentsOf(node).forEach(add);
  return [...found];
}

/** A node and all that follows it up to where an earlier stage is read again. */
export function withinPass(node: PipelineNode): PipelineNode[] {
  return [node, ...node.children.filter((child) => !child.startsPass).flatMap(withinPass)];
}

/** A node and all that follows it before the pass is over: models, and makers of finished values, are the last. */
export function duringPass(node: PipelineNode): PipelineNode[] {
  if (endsPass(node)) return [node];
  return [node, ...node.children.filter((child) => !child.startsPass).flatMap(duringPass)];
}

/** The pass over the source can be gone on with in its middle: the source tells where it stands, and every stage its state. */
export function goesOnInItsSource({ unit, children }: PipelineNode): boolean {
  return unit.live === true && children.flatMap(duringPass).every(isResumable);
}

/** The branches that end in a node or what follows it up to where a stage is read again, with their ends; shared steps count as one, "all". */
export function branchesEndingIn(head: PipelineNode): Map<string, PipelineNode> {
  const ends = withinPass(head).filter((node) => dependentsOf(node).length === 0);
  return new Map(ends.map((end) => [end.branch ?? "all", end]));
}

/** The nodes on the way to a node, and itself. */
export function pathTo(node: PipelineNode): PipelineNode[] {
  return [...(node.parent ? pathTo(node.parent) : []), node];
}
