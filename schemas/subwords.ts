export const subwordUnits = ["characters", "strokes"] as const;

/** How a term is taken apart into subwords, and how those are told apart. */
export interface SubwordForm {
  /** What n-grams are made of: the characters of `<term>`, or those of `<term>` with the strokes of its Han characters in their place. */
  readonly units: (typeof subwordUnits)[number];
  /** Units in the shortest and in the longest n-gram; no n-grams where `maxLength` is 0. */
  readonly minLength: number;
  readonly maxLength: number;
  /** Numbers that a hash is brought down to; subwords of the same number share a row. */
  readonly buckets: number;
}

/**
 * One row a subword, by which vectors of terms that were never seen are made: the mean over the rows of its n-grams. A bucket without
 * a row stands for a row of zeros.
 */
export interface SubwordRows {
  readonly form: SubwordForm;
  /** The buckets that have a row, ascending (R,). */
  readonly buckets: Uint32Array;
  /** Row-major (R, D). */
  readonly values: Float32Array;
}
