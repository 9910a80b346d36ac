import type { SubwordRows } from "../../schemas/subwords.js";
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
    const size = this.#vectorSize;
    const { buckets, values } = this.#rows;
    const subwords = this.#subwordsOf(term);
    const sum = new Float64Array(size);
    let known = 0;
    for (const bucket of subwords) {
      const row = rowIn(buckets, bucket);
      if (row < 0) continue;
      known++;
      for (let d = 0; d < size; d++) sum[d]! += values[row * size + d]!;
    }
    return known === 0 ? undefined : Float32Array.from(sum, (total) => total / subwords.length);
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
