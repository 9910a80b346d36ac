/**
 * Gives a bucket a row when it first occurs, in the order in which buckets do. State: 4 bytes a bucket that could occur, and one number a
 * bucket that has.
 */
export class BucketRows {
  #rowOf: Int32Array;
  readonly #made: (row: number, bucket: number) => void;
  /** The bucket of each row, in the order of the rows. */
  readonly buckets: number[] = [];

  /**
   * @param firstRow of the first bucket
   * @param made called with each row that is given out, before it is used
   */
  constructor(
    buckets: number,
    readonly firstRow: number,
    made: (row: number, bucket: number) => void = () => {},
  ) {
    this.#rowOf = new Int32Array(buckets).fill(-1);
    this.#made = made;
  }

  rowOf(bucket: number): number {
    const known = this.#rowOf[bucket]!;
    if (known >= 0) return known;
    const row = this.firstRow + this.buckets.length;
    this.#rowOf[bucket] = row;
    this.buckets.push(bucket);
    this.#made(row, bucket);
    return row;
  }

  /** No row will be asked for any more. */
  close(): void {
    this.#rowOf = new Int32Array(0);
  }

  /** Places of the buckets, ascending by bucket. */
  ascending(): number[] {
    return Array.from(this.buckets.keys()).sort((a, b) => this.buckets[a]! - this.buckets[b]!);
  }
}
