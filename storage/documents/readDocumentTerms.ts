import { batchOfRows, type DocumentTermRows, documentTerms } from "../../kinds/documentTerms.js";
import { type DocumentTermBatch, documentTermCellsSchema } from "../../schemas/documentTerms.js";
import type { TableFile } from "../../schemas/tables.js";
import type { Vocabulary } from "../../schemas/vocabulary.js";
import { requireVocabulary } from "../cooccurrence/vocabularyHash.js";
import { firstBytes } from "../files/fileBytes.js";
import { beginsAsZip } from "../files/zipFile.js";
import { openTable, requireColumns } from "../tables/tableFile.js";
import { type MatrixFile, RowGatherer } from "./matrixFile.js";
import { beginsAsMatrixMarket, openMatrixMarket } from "./matrixMarketFile.js";
import { openNpz } from "./npzFile.js";

const headBytes = 16;

/**
 * Reads the terms of documents from a file of `writeDocumentTerms`, in any of its formats, or from a matrix that another program wrote
 * in the format of the Matrix Market or of SciPy, a row a document.
 *
 * Out: DocumentTermBatch. State: one batch; of a matrix of SciPy, 8 bytes a document besides. Formats that have no room for the tokens of
 * a document have the sum of its counts for them, or, of weights, the number of its terms.
 * @throws SyntaxError, RangeError with the row: a file cut short or damaged, ids outside the vocabulary or not ascending, values that are
 *   not finite, documents out of order, another vocabulary than the table was made with
 * @example
 *   const documentTerms$ = fromPull(() => readDocumentTerms("terms.arrow", vocabulary));
 */
export async function* readDocumentTerms(path: string, vocabulary: Vocabulary): AsyncGenerator<DocumentTermBatch> {
  const file = await openMatrix(path);
  try {
    requireVocabulary(path, vocabulary, file.metadata);
    if (file.columns !== undefined && file.columns > vocabulary.terms.length)
      throw new RangeError(
        `${path}: must have a column for each of ${vocabulary.terms.length} terms, got ${file.columns} columns`,
      );
    let before = -1;
    let done = 0;
    for await (const rows of file.rows()) {
      if (rows.terms.length === 0) continue;
      before = checkedRows(path, rows, { before, done, size: vocabulary.terms.length });
      done += rows.terms.length;
      yield batchOfRows(vocabulary, rows);
    }
  } finally {
    file.close();
  }
}

/** Opens a matrix in whatever format, by its content. */
export async function openMatrix(path: string): Promise<MatrixFile> {
  const head = firstBytes(path, headBytes);
  if (beginsAsZip(head)) return openNpz(path);
  if (beginsAsMatrixMarket(head)) return openMatrixMarket(path);
  const table = await openTable(path);
  const cells = Object.keys(documentTermCellsSchema.columns);
  const hasCells = cells.every((name) => table.columns.some((column) => column.name === name));
  if (!hasCells) requireColumns(path, table, documentTerms.columns!);
  const rows = hasCells ? () => rowsOfCells(table, cells) : () => rowsOfTable(table);
  return { format: table.format, metadata: table.metadata, rows, close: () => {} };
}

async function* rowsOfTable(table: TableFile): AsyncGenerator<DocumentTermRows> {
  for await (const { columns } of table.blocks(documentTerms.columns!)) {
    const [rowDocuments, lengths, terms, values] = columns as [
      ArrayLike<number>,
      ArrayLike<number>,
      ArrayLike<number>[],
      ArrayLike<number>[],
    ];
    yield { rowDocuments, lengths, terms, values };
  }
}

/** Rows from a table with a row a cell. */
async function* rowsOfCells(table: TableFile, names: readonly string[]): AsyncGenerator<DocumentTermRows> {
  const gatherer = new RowGatherer();
  for await (const { columns, rows } of table.blocks(names)) {
    const [documents, terms, values] = columns as ArrayLike<number>[];
    for (let cell = 0; cell < rows; cell++) {
      yield* gatherer.begin(documents![cell]!);
      gatherer.add(terms![cell]!, values![cell]!);
    }
  }
  yield gatherer.take();
}

interface Place {
  /** The document of the row before. */
  readonly before: number;
  /** Rows before. */
  readonly done: number;
  readonly size: number;
}

/** The document of the last row. */
function checkedRows(path: string, { rowDocuments, lengths, terms, values }: DocumentTermRows, place: Place): number {
  let { before } = place;
  for (let row = 0; row < terms.length; row++) {
    const document = rowDocuments[row]!;
    const fault =
      documentFault(document, before, lengths?.[row] ?? 0) ?? termsFault(terms[row]!, values[row]!, place.size);
    if (fault) throw new RangeError(`${path}: ${fault} in row ${place.done + row}`);
    before = document;
  }
  return before;
}

function documentFault(document: number, before: number, length: number): string | undefined {
  if (!(document > before)) return `documents must be ascending from ${before + 1} on, got ${document}`;
  return length >= 0 ? undefined : `a length must be >= 0, got ${length}`;
}

function termsFault(terms: ArrayLike<number>, values: ArrayLike<number>, size: number): string | undefined {
  if (terms.length !== values.length) return `each term must have a value, got ${values.length} for ${terms.length}`;
  for (let k = 0; k < terms.length; k++) {
    const from = k === 0 ? 0 : terms[k - 1]! + 1;
    if (!(terms[k]! >= from && terms[k]! < size))
      return `terms must be ascending ids from 0 to ${size - 1}, got ${terms[k]}`;
    if (!Number.isFinite(values[k])) return `values must be finite, got ${values[k]}`;
  }
  return undefined;
}
