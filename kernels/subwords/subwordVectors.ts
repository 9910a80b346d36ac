import type { SubwordRows } from "../../schemas/subwords.js";
import { meanRow } from "./meanRow.js";
import { type SubwordsOf, subwordsOf } from "./subwordBuckets.js";

/**
 * Vectors of terms that were never seen: the mean over the rows of their subwords, in which a bucket without a row is a row of zeros.
 */
export class SubwordVectors {
  readonly #rows: SubwordRows;
  readonly #vectorSize: number;
  readonly #subwordsOf: SubwordsOf;

  constructor(rows: SubwordRows, vectorSize: number) {
    this.#rows = rows;
    this.#vectorSize = vectorSize;
    this.#subwordsOf = subwordsOf("Vectors", rows.form);
  }

  /** The vector of a term (D,); undefined if it has no subword that has a row. */
  of(term: string): Float32Array | undefined {
    const { buckets, values } = this.#rows;
    const rows = this.#subwordsOf(term).map((bucket) => rowIn(buckets, bucket));
    if (rows.every((row) => row < 0)) return undefined;
    const mean = new Float32Array(this.#vectorSize);
    meanRow(values, mean.length, rows, mean);
    return mean;
  }
}

/** The place of a number among others that ascend, or -1. */
function rowIn(buckets: Uint32Array, bucket: number): number {
  let [low, high] = [0, buckets.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (buckets[middle]! < bucket) low = middle + 1;
    else high = middle;
  }
  return buckets[low] === bucket ? low : -1;
}
