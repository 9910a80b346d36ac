import { columnBytes, columnOfBytes } from "../kernels/documents/documentColumns.js";
import type { DocumentTermBatch } from "../schemas/documentTerms.js";
import { defineKind } from "../schemas/kinds.js";
import type { FlatLists } from "../schemas/tables.js";
import type { Vocabulary } from "../schemas/vocabulary.js";
import { sharedVocabulary } from "./sharedVocabulary.js";

/** Sparse rows, one a whole document; 12 bytes a term in the log, and 12 a document. */
export const documentTerms = defineKind({
  name: "documentTerms",
  arrives: "stream",
  columns: ["document", "length", "terms", "values"],
  amounts: { tokens: ({ lengths }: DocumentTermBatch) => lengths.reduce((total, length) => total + length, 0) },
  log: {
    arrays: {
      offsets: "uint32",
      terms: "uint32",
      values: "float64",
      lengths: "uint32",
      rowDocuments: "uint32",
      documents: "uint8",
    },
    bytes: ({ cells, documents }) => 12 * cells + 12 * documents,
    shared: sharedVocabulary,
    write: ({ offsets, terms, values, lengths, rowDocuments, documents }) => ({
      arrays: { offsets, terms, values, lengths, rowDocuments, documents: columnBytes(documents) },
    }),
    read({ arrays }, vocabulary: Vocabulary, epoch): DocumentTermBatch {
      const { offsets, terms, lengths, rowDocuments } = arrays as Readonly<Record<string, Uint32Array>>;
      const documents = columnOfBytes(arrays.documents as Uint8Array);
      return {
        vocabulary,
        offsets: offsets!,
        terms: terms!,
        values: arrays.values as Float64Array,
        lengths: lengths!,
        rowDocuments: rowDocuments!,
        ...(documents ? { documents } : {}),
        epoch,
      };
    },
  },
  shown: (batches) => batches.flatMap(valuesOfRows),
});

/** The values of each document, by term. */
function valuesOfRows({ vocabulary, offsets, terms, values, lengths }: DocumentTermBatch): Record<string, number>[] {
  return Array.from(lengths, (_, row) => {
    const from = offsets[row]!;
    const ids = Array.from(terms.subarray(from, offsets[row + 1]!));
    return Object.fromEntries(ids.map((id, k) => [vocabulary.terms[id]!, values[from + k]!]));
  });
}

/** The terms and the values of each row, as lists. */
export function rowLists({ offsets, terms, values }: DocumentTermBatch): [terms: FlatLists, values: FlatLists] {
  return [
    { offsets, values: terms },
    { offsets, values },
  ];
}

/** Rows of a file: the number of the document, its tokens, and the lists of its terms and their values. */
export interface DocumentTermRows {
  readonly rowDocuments: ArrayLike<number>;
  /** Left out by formats that have no room for them. */
  readonly lengths?: ArrayLike<number>;
  readonly terms: readonly ArrayLike<number>[];
  readonly values: readonly ArrayLike<number>[];
}

export function batchOfRows(vocabulary: Vocabulary, rows: DocumentTermRows): DocumentTermBatch {
  const offsets = new Uint32Array(rows.terms.length + 1);
  rows.terms.forEach((list, row) => {
    offsets[row + 1] = offsets[row]! + list.length;
  });
  const cells = offsets.at(-1)!;
  const [terms, values] = [new Uint32Array(cells), new Float64Array(cells)];
  rows.terms.forEach((list, row) => {
    terms.set(list, offsets[row]);
    values.set(rows.values[row]!, offsets[row]);
  });
  const lengths = Uint32Array.from(rows.lengths ?? rows.values.map(tokensOf));
  const rowDocuments = Uint32Array.from(rows.rowDocuments);
  return { vocabulary, offsets, terms, values, lengths, rowDocuments, epoch: 0 };
}

/** The sum of counts; where there are weights, the terms that have one, since nothing tells how often they occur. */
function tokensOf(values: ArrayLike<number>): number {
  let tokens = 0;
  for (let k = 0; k < values.length; k++) {
    if (!(Number.isInteger(values[k]) && values[k]! > 0)) return values.length;
    tokens += values[k]!;
  }
  return tokens;
}
