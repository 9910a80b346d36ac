import type { Hit } from "../../schemas/hits.js";
import type { SearchedIndex, SearchIndex } from "../../schemas/searchIndex.js";
import { inOrder, queryTerms } from "./queryTerms.js";
import type { Scoring } from "./scoring.js";
import { searchedIndex } from "./searchedIndex.js";

/** The plain form of `IndexSearcher`: scores every document that holds a term of the query, and sorts them all. */
export function plainSearch(
  index: SearchIndex | SearchedIndex,
  scoring: Scoring,
  tokens: readonly string[],
  k: number,
): Hit[] {
  const scores = new Map<number, number>();
  const searched = searchedIndex(index);
  for (const { term, weight } of inOrder(scoring.weigh(queryTerms(searched, tokens)))) {
    const { documents, counts } = searched.postingsOf(term);
    documents.forEach((document, at) => {
      scores.set(document, (scores.get(document) ?? 0) + weight * scoring.part(counts[at]!, document));
    });
  }
  return Array.from(scores, ([document, score]) => ({ document, score }))
    .sort((a, b) => b.score - a.score || a.document - b.document)
    .slice(0, k);
}
