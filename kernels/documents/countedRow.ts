import type { DocumentTermBatch } from "../../schemas/documentTerms.js";
import type { Vocabulary } from "../../schemas/vocabulary.js";

/** A text as a row of counts: its words that the vocabulary knows, by ascending id; others count nothing, nor in its length. */
export function countedRow(vocabulary: Vocabulary, tokens: readonly string[]): DocumentTermBatch {
  const counts = new Map<number, number>();
  for (const token of tokens) {
    const term = vocabulary.idOf(token);
    if (term !== undefined) counts.set(term, (counts.get(term) ?? 0) + 1);
  }
  const cells = [...counts].sort(([a], [b]) => a - b);
  return {
    vocabulary,
    offsets: Uint32Array.of(0, cells.length),
    terms: Uint32Array.from(cells, ([term]) => term),
    values: Float64Array.from(cells, ([, count]) => count),
    lengths: Uint32Array.of(cells.reduce((sum, [, count]) => sum + count, 0)),
    rowDocuments: Uint32Array.of(0),
    epoch: 0,
  };
}
