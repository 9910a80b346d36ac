import type { Hit } from "../../schemas/hits.js";
import type { SearchIndex } from "../../schemas/searchIndex.js";
import { inOrder, queryTerms } from "./queryTerms.js";
import type { Scoring } from "./scoring.js";

/** The plain form of `IndexSearcher`: scores every document that holds a term of the query, and sorts them all. */
export function plainSearch(index: SearchIndex, scoring: Scoring, tokens: readonly string[], k: number): Hit[] {
  const scores = new Map<number, number>();
  for (const { term, weight } of inOrder(scoring.weigh(queryTerms(index, tokens))))
    for (let at = index.offsets[term]!; at < index.offsets[term + 1]!; at++) {
      const document = index.documents[at]!;
      scores.set(document, (scores.get(document) ?? 0) + weight * scoring.part(index.counts[at]!, document));
    }
  return Array.from(scores, ([document, score]) => ({ document, score }))
    .sort((a, b) => b.score - a.score || a.document - b.document)
    .slice(0, k);
}
