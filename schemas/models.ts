import type { ContextBatch } from "./contexts.js";
import type { FinalCooccurrence } from "./cooccurrence.js";
import type { StageState } from "./state.js";
import type { Vocabulary } from "./vocabulary.js";

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
  /**
   * What it has learned so far, to be used before the next update; asked for while none is under way. Undefined where the model cannot
   * be interrupted just now. A model that cannot tell its state leaves both this and `restore` out.
   */
  save?(): StageState | undefined;
  /** Goes on from a saved state, with batches of that vocabulary; called before the first update. */
  restore?(state: StageState, vocabulary: Vocabulary): void;
  /**
   * A copy of what it has learned so far, which changes nothing; asked for while no update is under way. Undefined before the first.
   */
  snapshot?(): Result | undefined;
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
  /** What it has learned so far, to be used before the next epoch; asked for when one is done. */
  save?(): StageState | undefined;
  /** Goes on from a saved state, with the same table; called before `fit`. */
  restore?(state: StageState): void;
  result(): Result | Promise<Result>;
  close(): void | Promise<void>;
}

export type ModelSink<Result> = OnlineModel<Result> | TableModel<Result>;
