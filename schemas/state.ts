/** Numbers of one kind, as they lie in memory. */
export type StateArray = Uint8Array | Int32Array | Uint32Array | Float32Array | Float64Array;

/** All that a stage needs to go on, in another process too, as if it had never been stopped. */
export interface StageState {
  /** Small plain data. */
  readonly facts: Readonly<Record<string, number | string | boolean>>;
  readonly arrays: Readonly<Record<string, StateArray>>;
}

/** A stage that can tell its state between two batches of the source, and go on from it. */
export interface StateKeeper {
  /** Asked for while nothing is under way. */
  save(): StageState;
  /** Called at most once, before the first batch. */
  restore(state: StageState): void;
}
