import type { RowBatch, SparseRows } from "#kernels";
import { makeVocabulary } from "#kernels";
import type { FinalDocumentTerms } from "#schemas";

/** Six documents, one of them empty, in English and Chinese words. */
export const terms = ["river", "河", "boat", "船", "king"];
export const matrix = [
  [2, 0, 1, 0, 0],
  [0, 1, 0, 3, 0],
  [1, 1, 0, 0, 2],
  [0, 0, 4, 1, 0],
  [0, 0, 0, 0, 0],
  [3, 0, 1, 0, 1],
];

/** Rows of numbers as a sparse matrix, cut into batches of so many rows in turn. */
export function sparseRows(matrix: readonly (readonly number[])[], sizes: readonly number[] = [3]): SparseRows {
  return {
    columns: matrix[0]!.length,
    rows: matrix.length,
    cells: matrix.flat().filter((value) => value !== 0).length,
    async *batches() {
      for (let from = 0, turn = 0; from < matrix.length; turn++) {
        const to = from + sizes[turn % sizes.length]!;
        yield rowBatch(matrix.slice(from, to));
        from = to;
      }
    },
  };
}

function rowBatch(rows: readonly (readonly number[])[]): RowBatch {
  const cells = rows.map((row) => row.flatMap((value, term) => (value === 0 ? [] : [{ term, value }])));
  const offsets = new Uint32Array(rows.length + 1);
  cells.forEach((row, n) => {
    offsets[n + 1] = offsets[n]! + row.length;
  });
  const all = cells.flat();
  return {
    offsets,
    terms: Uint32Array.from(all, ({ term }) => term),
    values: Float64Array.from(all, ({ value }) => value),
  };
}

/** The same as a finished table over given terms. */
export function documentTable(
  terms: readonly string[],
  matrix: readonly (readonly number[])[],
  sizes?: readonly number[],
): FinalDocumentTerms {
  const vocabulary = makeVocabulary(terms, new Float64Array(terms.length).fill(1));
  const rows = sparseRows(matrix, sizes);
  return {
    vocabulary,
    documents: matrix.length,
    length: rows.cells,
    tokens: rows.cells,
    documentFrequencies: Float64Array.from(terms, (_, term) => matrix.filter((row) => row[term] !== 0).length),
    documentParts: [],
    async *batches() {
      let first = 0;
      for await (const batch of rows.batches()) {
        const count = batch.offsets.length - 1;
        const lengths = Uint32Array.from({ length: count }, (_, row) => batch.offsets[row + 1]! - batch.offsets[row]!);
        const rowDocuments = Uint32Array.from({ length: count }, (_, row) => first + row);
        first += count;
        yield { ...batch, vocabulary, lengths, rowDocuments, epoch: 0 };
      }
    },
  };
}

/** A matrix of made-up numbers, most of them 0, with some empty rows; its columns fall off in importance. */
export function madeUpMatrix(rows: number, columns: number): number[][] {
  return Array.from({ length: rows }, (_, row) =>
    Array.from({ length: columns }, (_, column) => {
      const draw = (row * 7919 + column * 104_729 + row * column * 31) % 97;
      return row % 11 === 5 || draw > 20 ? 0 : (1 + (draw % 5)) / (1 + (column % 17));
    }),
  );
}
