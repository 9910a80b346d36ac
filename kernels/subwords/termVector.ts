import type { SubwordVectors } from "./subwordVectors.js";

/** The vector of a term (D,), and where it comes from. */
export interface TermVector {
  readonly vector: Float32Array;
  /** The term is not in the vocabulary: its vector is the mean over the rows of its subwords. */
  readonly madeOfSubwords: boolean;
}

/**
 * The vector of any term: its row if it has one, else what its subwords make; undefined if none of them has a row. Whatever answers for terms
 * asks here, so that all of them know the same ones.
 */
export function termVector(
  term: string,
  row: Float32Array | undefined,
  subwords: SubwordVectors | undefined,
): TermVector | undefined {
  if (row) return { vector: row, madeOfSubwords: false };
  const made = subwords?.of(term);
  return made && { vector: made, madeOfSubwords: true };
}
