import { BucketRows } from "./bucketRows.js";
import type { SubwordsOf } from "./subwordBuckets.js";
import { TermLists } from "./termLists.js";

/** Rows of a term at most: its own, and its first subwords; only of what is hardly a word are there more. */
export const MAX_LIST = 1024;

/**
 * Which rows of input the vector of each term is the mean of: a row of its own, numbered as the term, and one a bucket of its subwords, given
 * out behind the rows of all terms when the bucket first occurs. State: as of `BucketRows` and `TermLists`.
 */
export class TermRows {
  readonly lists = new TermLists();
  readonly buckets: BucketRows;
  readonly #bucketsOf: SubwordsOf;
  #terms = 0;

  /**
   * @param most terms there can be at a time
   * @param buckets as many could occur
   * @param made called with each row that is given to a bucket, before it is used
   */
  constructor(bucketsOf: SubwordsOf, most: number, buckets: number, made: (row: number, bucket: number) => void) {
    this.#bucketsOf = bucketsOf;
    this.buckets = new BucketRows(buckets, most, made);
  }

  /** Adds the next term. */
  push(term: string): void {
    this.lists.push(this.#rowsOf(term, this.#terms++));
  }

  /** Another term has the place from now on. */
  replace(id: number, term: string): void {
    this.lists.replace(id, this.#rowsOf(term, id));
  }

  #rowsOf(term: string, id: number): number[] {
    const buckets = this.#bucketsOf(term).slice(0, MAX_LIST - 1);
    return [id, ...buckets.map((bucket) => this.buckets.rowOf(bucket))];
  }
}
