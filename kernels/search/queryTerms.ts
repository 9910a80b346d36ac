import type { SearchIndex } from "../../schemas/searchIndex.js";
import { compareCodePoints } from "../text/compareCodePoints.js";
import type { QueryTerm, WeighedTerm } from "./scoring.js";

/** The place of a term in an index, by halving; undefined for one that it has not. */
export function termPlace({ terms }: SearchIndex, term: string): number | undefined {
  let [from, to] = [0, terms.length];
  while (from < to) {
    const middle = (from + to) >>> 1;
    if (compareCodePoints(terms[middle]!, term) < 0) from = middle + 1;
    else to = middle;
  }
  return terms[from] === term ? from : undefined;
}

/** The different tokens of a query that the index knows, with how often each occurs. */
export function queryTerms(index: SearchIndex, tokens: readonly string[]): QueryTerm[] {
  const counts = new Map<number, number>();
  for (const token of tokens) {
    const term = termPlace(index, token);
    if (term !== undefined) counts.set(term, (counts.get(term) ?? 0) + 1);
  }
  return Array.from(counts, ([term, inQuery]) => ({ term, inQuery }));
}

/** The order in which the parts of a score are added, so that a score has the same bits however it is come by: the weightiest term first. */
export function inOrder(terms: readonly WeighedTerm[]): WeighedTerm[] {
  return [...terms].sort((a, b) => b.bound - a.bound || a.term - b.term);
}
