import type { SearchedIndex } from "../../schemas/searchIndex.js";
import type { QueryTerm, WeighedTerm } from "./scoring.js";

/** The different tokens of a query that the index knows, with how often each occurs. */
export function queryTerms(index: SearchedIndex, tokens: readonly string[]): QueryTerm[] {
  const counts = new Map<number, number>();
  for (const token of tokens) {
    const term = index.placeOf(token);
    if (term !== undefined) counts.set(term, (counts.get(term) ?? 0) + 1);
  }
  return Array.from(counts, ([term, inQuery]) => ({ term, inQuery }));
}

/** The order in which the parts of a score are added, so that a score has the same bits however it is come by: the weightiest term first. */
export function inOrder(terms: readonly WeighedTerm[]): WeighedTerm[] {
  return [...terms].sort((a, b) => b.bound - a.bound || a.term - b.term);
}
