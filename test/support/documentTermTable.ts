import { makeVocabulary } from "#kernels";
import type { DocumentTermBatch, FinalDocumentTerms } from "#schemas";

export type Cell = readonly [term: number, value: number];

/** A finished table of rows of cells over made-up or given terms, `rows` at a time in its batches. */
export function documentTermTable(
  terms: readonly string[],
  documents: readonly (readonly Cell[])[],
  rows = 100,
): FinalDocumentTerms {
  const totals = new Float64Array(terms.length);
  const frequencies = new Float64Array(terms.length);
  for (const [term, value] of documents.flat()) {
    totals[term]! += value;
    frequencies[term]!++;
  }
  const vocabulary = makeVocabulary(terms, totals);
  const lengthOf = (cells: readonly Cell[]) => cells.reduce((sum, [, value]) => sum + value, 0);
  return {
    vocabulary,
    documents: documents.length,
    length: documents.flat().length,
    tokens: documents.reduce((sum, cells) => sum + lengthOf(cells), 0),
    documentFrequencies: frequencies,
    documentParts: [],
    async *batches() {
      for (let first = 0; first < documents.length; first += rows) {
        const part = documents.slice(first, first + rows);
        let end = 0;
        yield {
          vocabulary,
          offsets: Uint32Array.from([0, ...part.map((cells) => (end += cells.length))]),
          terms: Uint32Array.from(part.flat(), ([term]) => term),
          values: Float64Array.from(part.flat(), ([, value]) => value),
          lengths: Uint32Array.from(part, lengthOf),
          rowDocuments: Uint32Array.from(part, (_, row) => first + row),
          epoch: 0,
        } satisfies DocumentTermBatch;
      }
    },
  };
}

/** Counts of the words of texts, which are split at spaces. */
export function tableOfTexts(texts: readonly string[], rows?: number): FinalDocumentTerms {
  const words = texts.map((text) => text.split(" ").filter((word) => word !== ""));
  const terms = [...new Set(words.flat())].sort();
  const cells = words.map((document) =>
    terms.flatMap((term, id): Cell[] => {
      const count = document.filter((word) => word === term).length;
      return count > 0 ? [[id, count]] : [];
    }),
  );
  return documentTermTable(terms, cells, rows);
}
