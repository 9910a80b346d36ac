import type { Ledger, LedgerRecord } from "../../runtime/ledger.js";
import type { PipelineNode } from "../graph/nodes.js";
import type { Conservation } from "./conservation.js";
import type { EpochLoss } from "./progress.js";
import type { StreamLog } from "./streamLog.js";

/** What a run has come to between two of its steps: all that the steps to come need. */
export class RunState {
  /** Nodes that begin a step, each once all that it reads and needs is there; the first is under way. */
  readonly tasks: PipelineNode[] = [];
  /** Whole values that steps to come read or need, by their makers. */
  readonly values = new Map<PipelineNode, unknown>();
  /** Nodes whose work is over. */
  readonly done = new Set<PipelineNode>();
  /** Epochs done of the first task, where it reads a stream again. */
  epoch = 0;
  /** After how many epochs models have ended early. */
  readonly ended = new Map<PipelineNode, number>();
  readonly losses = new Map<PipelineNode, EpochLoss[]>();
  /** What the result of a model says of where it comes from. */
  readonly origins = new Map<PipelineNode, ReadonlyMap<string, string>>();
  readonly logs = new Map<PipelineNode, StreamLog>();
  readonly accounts = new Map<string, Conservation>();
  /** What was left out on the way to a log, in the pass that wrote it, by counter: it is missing from every pass over the log. */
  readonly leftOut = new Map<PipelineNode, ReadonlyMap<string, number>>();
  /** What models had learned by earlier epochs, for the nodes that read it before the result. */
  readonly snapshots = new Map<PipelineNode, readonly unknown[]>();

  constructor(readonly ledger: Ledger) {}
}

/** The same as plain data, without the values and the logs. */
export interface RunRecord {
  readonly tasks: readonly string[];
  readonly values: readonly (readonly [maker: string, value: string])[];
  readonly done: readonly string[];
  readonly epoch: number;
  readonly ended: readonly (readonly [node: string, epochs: number])[];
  readonly losses: readonly (readonly [node: string, losses: readonly EpochLoss[]])[];
  readonly origins: readonly (readonly [node: string, origin: readonly (readonly [string, string])[]])[];
  readonly accounts: readonly (readonly [branch: string, account: Conservation])[];
  readonly leftOut: readonly (readonly [
    node: string,
    counts: readonly (readonly [counter: string, amount: number])[],
  ])[];
  readonly snapshots: readonly (readonly [reader: string, values: readonly string[]])[];
  readonly ledger: LedgerRecord;
}

/** Takes in a value of the kind that a node makes; returns its id, which is the proposal if it has none yet. */
type Noting = (maker: PipelineNode, value: unknown, proposal: string) => string;

export function recordOf(state: RunState, idOf: Noting): RunRecord {
  return {
    tasks: state.tasks.map(({ id }) => id),
    values: [...state.values].map(([maker, value]) => [maker.id, idOf(maker, value, maker.id)]),
    done: [...state.done].map(({ id }) => id),
    epoch: state.epoch,
    ended: [...state.ended].map(([node, epochs]) => [node.id, epochs]),
    losses: lossesOf(state),
    origins: [...state.origins].map(([node, origin]) => [node.id, [...origin]]),
    accounts: [...state.accounts],
    leftOut: [...state.leftOut].map(([node, counts]) => [node.id, [...counts]]),
    snapshots: snapshotsOf(state, idOf),
    ledger: state.ledger.toJSON(),
  };
}

export function lossesOf({ losses }: RunState): RunRecord["losses"] {
  return [...losses].map(([node, epochs]) => [node.id, [...epochs]]);
}

export function snapshotsOf({ snapshots }: RunState, idOf: Noting): RunRecord["snapshots"] {
  return [...snapshots].map(([reader, values]) => [
    reader.id,
    values.map((value, k) => idOf(reader.parent!, value, `${reader.id}/${k + 1}`)),
  ]);
}

/** Takes a record into a state that is still empty. */
export function restoreInto(
  state: RunState,
  record: RunRecord,
  nodes: ReadonlyMap<string, PipelineNode>,
  values: ReadonlyMap<string, unknown>,
): void {
  const nodeOf = (id: string) => nodes.get(id)!;
  state.tasks.push(...record.tasks.map(nodeOf));
  for (const [maker, value] of record.values) state.values.set(nodeOf(maker), values.get(value));
  for (const id of record.done) state.done.add(nodeOf(id));
  state.epoch = record.epoch;
  for (const [id, epochs] of record.ended) state.ended.set(nodeOf(id), epochs);
  for (const [id, losses] of record.losses) state.losses.set(nodeOf(id), [...losses]);
  for (const [id, origin] of record.origins) state.origins.set(nodeOf(id), new Map(origin));
  for (const [branch, account] of record.accounts) state.accounts.set(branch, account);
  for (const [id, counts] of record.leftOut) state.leftOut.set(nodeOf(id), new Map(counts));
  for (const [id, ids] of record.snapshots)
    state.snapshots.set(
      nodeOf(id),
      ids.map((value) => values.get(value)),
    );
  state.ledger.restore(record.ledger);
}
