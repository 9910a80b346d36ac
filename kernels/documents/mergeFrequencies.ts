import type { DocumentFrequencies } from "../../schemas/documentFrequencies.js";
import { compareCodePoints } from "../text/compareCodePoints.js";
import { makeVocabulary } from "../vocabulary/vocabulary.js";

/** The frequencies of two corpora together: terms of either, most frequent first, then by code point. */
export function mergeFrequencies(a: DocumentFrequencies, b: DocumentFrequencies): DocumentFrequencies {
  const merged = new Map<string, { count: number; documents: number }>();
  for (const { vocabulary, counts } of [a, b])
    vocabulary.terms.forEach((term, id) => {
      const { count = 0, documents = 0 } = merged.get(term) ?? {};
      merged.set(term, { count: count + vocabulary.counts[id]!, documents: documents + counts[id]! });
    });
  const rows = [...merged].sort(([s, x], [t, y]) => y.count - x.count || compareCodePoints(s, t));
  const vocabulary = makeVocabulary(
    rows.map(([term]) => term),
    Float64Array.from(rows, ([, { count }]) => count),
  );
  const counts = Float64Array.from(rows, ([, { documents }]) => documents);
  return { vocabulary, counts, documents: a.documents + b.documents, tokens: a.tokens + b.tokens };
}
