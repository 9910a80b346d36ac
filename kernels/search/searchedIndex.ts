import type { PostingList, SearchedIndex, SearchIndex } from "../../schemas/searchIndex.js";
import { entriesOfColumn, sliceColumn } from "../documents/documentColumns.js";
import { compareCodePoints } from "../text/compareCodePoints.js";

/** An index in memory as a search reads it; one that is read so already stays as it is. */
export function searchedIndex(index: SearchIndex | SearchedIndex): SearchedIndex {
  if ("postingsOf" in index) return index;
  const { terms, offsets, lengths, scoring, metadata, documents, counts, entries } = index;
  const postingsOf = (place: number): PostingList => {
    const [from, to] = [offsets[place]!, offsets[place + 1]!];
    return { documents: documents.subarray(from, to), counts: counts.subarray(from, to) };
  };
  return {
    ...{ offsets, lengths, scoring, metadata },
    termAt: (place) => terms[place]!,
    placeOf(term) {
      const place = firstPlace(terms.length, (middle) => compareCodePoints(terms[middle]!, term) < 0);
      return terms[place] === term ? place : undefined;
    },
    postingsOf,
    *lists() {
      for (let place = 0; place < terms.length; place++) yield postingsOf(place);
    },
    entryOf: (document) => (entries ? entriesOfColumn(sliceColumn(entries, document, document + 1))[0]! : {}),
  };
}

/** The first of so many places that does not lie before something, by halving. */
export function firstPlace(places: number, isBefore: (place: number) => boolean): number {
  let [from, to] = [0, places];
  while (from < to) {
    const middle = (from + to) >>> 1;
    if (isBefore(middle)) from = middle + 1;
    else to = middle;
  }
  return from;
}

/** What is wrong with the postings of a term in an index of so many documents: what it must do for the term, and what was found. */
export function faultOfPostings(
  { documents, counts }: Readonly<Record<keyof PostingList, ArrayLike<number>>>,
  total: number,
): { readonly must: string; readonly found: number } | undefined {
  if (documents.length !== counts.length) return { must: "hold as many counts as documents", found: counts.length };
  let last = -1;
  for (let k = 0; k < documents.length; k++) {
    const [document, count] = [documents[k]!, counts[k]!];
    if (!(document > last && document < total))
      return { must: `hold ascending documents below ${total}`, found: document };
    if (!(count > 0)) return { must: "hold counts above 0", found: count };
    last = document;
  }
  return undefined;
}
