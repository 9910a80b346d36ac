import type { SubwordRows } from "../../schemas/subwords.js";
import { type SubwordsOf, subwordsOf } from "./subwordBuckets.js";

/**
 * Vectors of terms that were never seen: the mean over the rows of their subwords, in which a bucket without a row is a row of zeros.
 * State: an index of the rows, 16 bytes a row or so.
 */
export class SubwordVectors {
  readonly #rows: SubwordRows;
  readonly #vectorSize: number;
  readonly #subwordsOf: SubwordsOf;
  #rowOf: ReadonlyMap<number, number> | undefined;

  constructor(rows: SubwordRows, vectorSize: number) {
    this.#rows = rows;
    this.#vectorSize = vectorSize;
    this.#subwordsOf = subwordsOf("Vectors", rows.form);
  }

  /** The vector of a term (D,); undefined if it has no subword that has a row. */
  of(term: string): Float32Array | undefined {
    const size = this.#vectorSize;
    const { buckets, values } = this.#rows;
    this.#rowOf ??= new Map(Array.from(buckets, (bucket, row) => [bucket, row]));
    const subwords = this.#subwordsOf(term);
    const sum = new Float64Array(size);
    let known = 0;
    for (const bucket of subwords) {
      const row = this.#rowOf.get(bucket);
      if (row === undefined) continue;
      known++;
      for (let d = 0; d < size; d++) sum[d]! += values[row * size + d]!;
    }
    return known === 0 ? undefined : Float32Array.from(sum, (total) => total / subwords.length);
  }
}
