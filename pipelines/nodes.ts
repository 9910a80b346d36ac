import type { DataType } from "../schemas/index.js";
import type { Unit } from "./registry.js";

/** A step in place: what it reads comes from its parent, what it makes goes to its children. */
export interface PipelineNode {
  /** The step's place in the config, `steps/1/tokenize`. */
  readonly id: string;
  readonly unit: Unit;
  /** Every default filled in. */
  readonly options: Readonly<Record<string, unknown>>;
  /** The branch it belongs to; undefined for shared steps. */
  readonly branch: string | undefined;
  readonly parent: PipelineNode | undefined;
  readonly children: PipelineNode[];
}

/** All nodes of a tree, parents first. */
export function nodesOf(root: PipelineNode): PipelineNode[] {
  return [root, ...root.children.flatMap(nodesOf)];
}

/** What a model goes by in reports: its branch, if it is in one. */
export const nameOf = ({ branch, unit }: PipelineNode): string => branch ?? unit.schema.name;

/** Data that is whole when it comes: what follows it runs after the pass that made it. */
const FINISHED: ReadonlySet<DataType> = new Set(["phrases", "vocabulary", "cooccurrence", "vectors"]);

export const isReplay = ({ unit }: PipelineNode) => "replay" in unit;
export const isModel = ({ unit }: PipelineNode) => "model" in unit;
export const isOnlineModel = (node: PipelineNode) => isModel(node) && node.unit.schema.consumes === "contexts";
export const isResumable = ({ unit }: PipelineNode) => unit.schema.resumable === true;
export const isFinished = ({ unit }: PipelineNode) => FINISHED.has(unit.schema.produces);

/** A node and all that follows it up to where an earlier stage is read again. */
export function withinPass(node: PipelineNode): PipelineNode[] {
  return [node, ...node.children.filter((child) => !isReplay(child)).flatMap(withinPass)];
}

/** A node and all that follows it before the pass is over: models, and makers of finished values, are the last. */
export function duringPass(node: PipelineNode): PipelineNode[] {
  if (isModel(node) || isFinished(node)) return [node];
  return [node, ...node.children.filter((child) => !isReplay(child)).flatMap(duringPass)];
}

/** The models that learn in the pass over the source. */
export const learningInSource = ({ children }: PipelineNode): PipelineNode[] =>
  children.flatMap(duringPass).filter(isOnlineModel);

/** The pass over the source can be gone on with in its middle: the source tells where it stands, and every stage its state. */
export function goesOnInItsSource({ unit, children }: PipelineNode): boolean {
  return unit.schema.live === true && children.flatMap(duringPass).every(isResumable);
}

/** The branches that end among some nodes and what follows them in the same pass; shared steps count as one, "all". */
export function branchesEndingIn(nodes: readonly PipelineNode[]): Set<string> {
  const ends = nodes.flatMap(withinPass).filter(({ children }) => children.length === 0);
  return new Set(ends.map(({ branch }) => branch ?? "all"));
}

/** The node whose output a replay reads again. */
export function replayedBy(node: PipelineNode): PipelineNode {
  const { unit } = node;
  for (let origin = node.parent; origin; origin = origin.parent) {
    if ("replay" in unit && origin.unit.schema.produces === unit.replays) return origin;
  }
  throw new TypeError(`${unit.schema.name}: no stage before it makes what it reads again`);
}
