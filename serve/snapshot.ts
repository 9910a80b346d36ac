/** Numbers and short texts that tell how learning goes. */
export type StatusCounters = Readonly<Record<string, number | string | boolean>>;

/** Which state of the value answers, and what that has learned from; absent for a finished file that does not say. */
export interface SnapshotStamp {
  /** Grows from one snapshot to the next. */
  readonly sequence: number;
  readonly tokens?: number;
  readonly documents?: number;
}

/** A value that can be asked now. */
export interface AskedSnapshot extends SnapshotStamp {
  readonly asked: unknown;
}
