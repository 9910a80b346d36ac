import type { Ledger, LedgerRecord } from "../kernels/ledger.js";
import type { Conservation } from "./conservation.js";
import type { EpochLoss } from "./execute.js";
import type { PipelineNode } from "./nodes.js";
import type { TokenCache } from "./tokenCache.js";

/** A node whose turn comes once the pass is over that made its value. */
export interface Task {
  readonly node: PipelineNode;
  readonly value: unknown;
}

/** What a run has come to between two of its steps: all that the steps to come need. */
export class RunState {
  /** The first is under way. */
  readonly tasks: Task[] = [];
  /** Epochs done of the first task, where it reads tokens again. */
  epoch = 0;
  readonly losses = new Map<PipelineNode, EpochLoss[]>();
  readonly vectors = new Map<PipelineNode, ReadonlyMap<string, string>>();
  readonly caches = new Map<PipelineNode, TokenCache>();
  readonly accounts = new Map<string, Conservation>();

  constructor(readonly ledger: Ledger) {}
}

/** The same as plain data, without the values of tasks and the tokens. */
export interface RunRecord {
  readonly tasks: readonly (readonly [node: string, value: string])[];
  readonly epoch: number;
  readonly losses: readonly (readonly [node: string, losses: readonly EpochLoss[]])[];
  readonly vectors: readonly (readonly [node: string, metadata: readonly (readonly [string, string])[]])[];
  readonly accounts: readonly (readonly [branch: string, account: Conservation])[];
  readonly ledger: LedgerRecord;
}

export function recordOf(state: RunState, idOf: (task: Task) => string): RunRecord {
  return {
    tasks: state.tasks.map((task) => [task.node.id, idOf(task)]),
    epoch: state.epoch,
    losses: lossesOf(state),
    vectors: [...state.vectors].map(([node, metadata]) => [node.id, [...metadata]]),
    accounts: [...state.accounts],
    ledger: state.ledger.toJSON(),
  };
}

export function lossesOf({ losses }: RunState): RunRecord["losses"] {
  return [...losses].map(([node, epochs]) => [node.id, [...epochs]]);
}

/** Takes a record into a state that is still empty. */
export function restoreInto(
  state: RunState,
  record: RunRecord,
  nodes: ReadonlyMap<string, PipelineNode>,
  values: ReadonlyMap<string, unknown>,
): void {
  const nodeOf = (id: string) => nodes.get(id)!;
  state.tasks.push(...record.tasks.map(([id, value]) => ({ node: nodeOf(id), value: values.get(value) })));
  state.epoch = record.epoch;
  for (const [id, losses] of record.losses) state.losses.set(nodeOf(id), [...losses]);
  for (const [id, metadata] of record.vectors) state.vectors.set(nodeOf(id), new Map(metadata));
  for (const [branch, account] of record.accounts) state.accounts.set(branch, account);
  state.ledger.restore(record.ledger);
}
