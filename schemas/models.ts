import type { ContextBatch } from "./contexts.js";
import type { FinalCooccurrence } from "./cooccurrence.js";

/** What a model tells of a step. Mean loss = loss / examples. */
export interface StepStats {
  /** Training examples seen in this step. */
  readonly examples: number;
  /** Loss summed over the examples, in the model's own unit (nats for word2vec, weighted squares for GloVe). */
  readonly loss: number;
  /** Which epoch the step belonged to, from 0. */
  readonly epoch: number;
}

/** Learns while the text flows. A plain object: no RxJS inside. */
export interface OnlineModel<Result> {
  readonly name: string;
  readonly consumes: "contexts";
  /** Passes over the corpus that the model wants. */
  readonly epochs: number;
  /** How many updates may be asked for before the first is done, 1 if left out; they are made in the order of the calls. */
  readonly updatesUnderWay?: number;
  update(batch: ContextBatch): StepStats | Promise<StepStats>;
  /** What was learned; only after the last batch. */
  result(): Result | Promise<Result>;
  /** Gives back threads and memory; the model cannot be used afterwards. */
  close(): void | Promise<void>;
}

/** Learns from the finished table. Yields once per epoch. */
export interface TableModel<Result> {
  readonly name: string;
  readonly consumes: "cooccurrence";
  readonly epochs: number;
  fit(table: FinalCooccurrence): AsyncIterable<StepStats>;
  result(): Result | Promise<Result>;
  close(): void | Promise<void>;
}

export type ModelSink<Result> = OnlineModel<Result> | TableModel<Result>;
