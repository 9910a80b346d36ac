import type { Vocabulary } from "../../schemas/vocabulary.js";

/** The terms of a document, ids ascending, and how often each occurs; tokens outside the vocabulary are left out. */
export function countTerms(vocabulary: Vocabulary, document: readonly string[]) {
  const counted = new Map<number, number>();
  for (const token of document) {
    const id = vocabulary.idOf(token);
    if (id !== undefined) counted.set(id, (counted.get(id) ?? 0) + 1);
  }
  const terms = Uint32Array.from(counted.keys()).sort();
  const counts = Float64Array.from(terms, (term) => counted.get(term)!);
  return { terms, counts, tokens: counts.reduce((sum, count) => sum + count, 0) };
}
