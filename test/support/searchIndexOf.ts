import { type Postings, SearchIndexBuilder } from "#kernels";
import type { Bm25Settings, DocumentColumn, DocumentTermBatch, SearchIndex, Vocabulary } from "#schemas";
import { vocabularyOf } from "./contextBatches.js";

/** Counts of the words of some documents, the first of which has that number. */
export function countsOf(
  documents: readonly (readonly string[])[],
  {
    vocabulary = vocabularyOf(documents),
    known,
  }: { readonly vocabulary?: Vocabulary; readonly known?: DocumentColumn } = {},
): DocumentTermBatch {
  const rows = documents.map((words) => {
    const counts = new Map<number, number>();
    for (const word of words) counts.set(vocabulary.idOf(word)!, (counts.get(vocabulary.idOf(word)!) ?? 0) + 1);
    return [...counts].sort(([a], [b]) => a - b);
  });
  const offsets = Uint32Array.of(0, ...rows.map(({ length }) => length));
  for (let row = 0; row < rows.length; row++) offsets[row + 1]! += offsets[row]!;
  return {
    vocabulary,
    offsets,
    terms: Uint32Array.from(rows.flat(), ([term]) => term),
    values: Float64Array.from(rows.flat(), ([, count]) => count),
    lengths: Uint32Array.from(documents, ({ length }) => length),
    rowDocuments: Uint32Array.from(documents, (_, row) => row),
    ...(known ? { documents: known } : {}),
    epoch: 0,
  };
}

export function postingsOf(...batches: readonly DocumentTermBatch[]): Postings {
  const builder = new SearchIndexBuilder();
  for (const batch of batches) builder.add(batch);
  return builder.index();
}

/** An index of documents of words. */
export function searchIndexOf(
  documents: readonly (readonly string[])[],
  { known, ...scoring }: Partial<Bm25Settings> & { readonly known?: DocumentColumn } = {},
): SearchIndex {
  return {
    ...postingsOf(countsOf(documents, known ? { known } : {})),
    scoring: { variant: "lucene", k1: 1.2, b: 0.75, ...scoring },
    metadata: new Map([["model", "bm25"]]),
  };
}
