/** The rows of the output matrix that one centre is trained against, with their labels; refilled for every centre. */
export interface OutputRows {
  readonly rows: Uint32Array;
  /** 1 where sigmoid(score) should become 1. */
  readonly labels: Uint8Array;
  length: number;
}

export function makeOutputRows(capacity: number): OutputRows {
  return { rows: new Uint32Array(capacity), labels: new Uint8Array(capacity), length: 0 };
}

/** Chooses the rows for a centre word; `position` is its index among the centres of the epoch. */
export interface OutputLayer {
  /** How many rows of the output matrix there are. */
  readonly size: number;
  /** The most rows that one centre can have. */
  readonly capacity: number;
  fill(rows: OutputRows, centre: number, epoch: number, position: number): void;
}
