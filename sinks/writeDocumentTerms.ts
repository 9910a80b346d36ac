import { type OperatorFunction, pipe } from "rxjs";
import { requireFixed } from "../kernels/vocabulary/vocabulary.js";
import { documentTerms, rowLists } from "../kinds/documentTerms.js";
import { writeThrough } from "../runtime/writeThrough.js";
import { type DocumentTermBatch, documentTermCellsSchema, documentTermRowsSchema } from "../schemas/documentTerms.js";
import { boolean, oneOf, text } from "../schemas/fields.js";
import { type OptionsOf, parseOptions } from "../schemas/options.js";
import { KIND } from "../schemas/tables.js";
import { defineUnit } from "../schemas/units.js";
import type { Vocabulary } from "../schemas/vocabulary.js";
import { fixedMetadata } from "../storage/cooccurrence/vocabularyHash.js";
import { MatrixMarketWriter } from "../storage/documents/matrixMarketFile.js";
import { NpzWriter } from "../storage/documents/npzFile.js";
import { DurableFile } from "../storage/files/durableFile.js";
import { formatOf } from "../storage/files/formatOf.js";
import { type RowMaker, tableExtensions, tableFormats, writeRows } from "./writeRows.js";

const matrixFormats = ["arrow", "parquet", "matrixMarket", "npz"] as const;
type MatrixFormat = (typeof matrixFormats)[number];
const extensions = { ...tableExtensions, mtx: "matrixMarket", npz: "npz" } as const;

export const writeDocumentTermsSchema = defineUnit({
  name: "writeDocumentTerms",
  kind: "sink",
  reads: "documentTerms",
  makes: "documentTerms",
  summary: "Writes the terms of documents and their counts or weights to a file, one row a document",
  paper: "Boisvert, Pozo and Remington 1996 for the Matrix Market; scipy.sparse.save_npz",
  fields: {
    path: text({ description: "File to write", file: "output", example: "terms.arrow" }),
    format: oneOf(["auto", ...matrixFormats], {
      description:
        "Format of the file; auto goes by the name: .arrow .feather .parquet, .mtx (matrixMarket), .npz (a sparse matrix of SciPy)",
      default: "auto",
    }),
    cells: boolean({
      default: false,
      description: "In Arrow and Parquet, a row a cell in the place of a row a document: document, term, value",
    }),
    terms: text({
      optional: true,
      file: "output",
      holds: "termList",
      description: "Text file for the terms of the columns, one a line in the order of their ids",
    }),
  },
  requireTerms: (options, terms): void => {
    if (options.terms !== undefined) requireLines(terms);
  },
  create: (_, options): OperatorFunction<DocumentTermBatch, DocumentTermBatch> => writeDocumentTerms(options),
});

export type WriteDocumentTermsOptions = OptionsOf<typeof writeDocumentTermsSchema>;

/**
 * Writes documents as rows of document, length and the lists terms and values, or as a sparse matrix that other programs read, and
 * passes each batch on once its rows were taken. A document without a term has a row with empty lists; with `cells` it has none.
 *
 * In, out: DocumentTermBatch, N documents, ids in the vocabulary. State: one block of 1,024 rows, or the lines of a batch; for .npz, files
 * beside the archive.
 * Completes when the file is on the disk under its name; counts `rows` on the ledger's child of the path.
 * @throws TypeError at the call, if the format cannot be told or has no rows of cells; RangeError through the stream, if a term cannot be
 *   a line
 * @example
 *   documentTerms$.pipe(writeDocumentTerms({ path: "terms.npz", terms: "terms.txt" }))
 */
export function writeDocumentTerms(
  options: WriteDocumentTermsOptions,
): OperatorFunction<DocumentTermBatch, DocumentTermBatch> {
  const { path, format, cells, terms } = parseOptions(writeDocumentTermsSchema, options);
  const chosen = format === "auto" ? formatOf<MatrixFormat>("writeDocumentTerms", path, extensions) : format;
  const isTable = chosen === "arrow" || chosen === "parquet";
  if (cells && !isTable)
    throw new TypeError(`writeDocumentTerms: cells must be false in format ${chosen}, which has one form, got true`);
  const written = isTable
    ? writeRows("writeDocumentTerms", path, tableFormats[chosen], () => (cells ? cellMaker() : rowMaker()))
    : writeMatrix(path, chosen);
  return terms === undefined ? written : pipe(written, writeTermsOfColumns(terms));
}

const amount = documentTerms.amounts!.tokens!;

function rowMaker(): RowMaker<DocumentTermBatch> {
  return {
    schema: (first) => ({ ...documentTermRowsSchema, metadata: fixedMetadata("writeDocumentTerms", first) }),
    rows: (batch) => ({ columns: [batch.rowDocuments, batch.lengths, ...rowLists(batch)], rows: batch.lengths.length }),
    amount,
  };
}

function cellMaker(): RowMaker<DocumentTermBatch> {
  return {
    schema: (first) => ({
      ...documentTermCellsSchema,
      metadata: fixedMetadata("writeDocumentTerms", first).set(KIND, documentTerms.name),
    }),
    rows: (batch) => ({ columns: [documentOfCells(batch), batch.terms, batch.values], rows: batch.terms.length }),
    amount,
  };
}

function documentOfCells({ offsets, terms, rowDocuments }: DocumentTermBatch): Uint32Array {
  const documents = new Uint32Array(terms.length);
  rowDocuments.forEach((document, row) => {
    documents.fill(document, offsets[row], offsets[row + 1]);
  });
  return documents;
}

function writeMatrix(
  path: string,
  format: "matrixMarket" | "npz",
): OperatorFunction<DocumentTermBatch, DocumentTermBatch> {
  return writeThrough("writeDocumentTerms", (scope) => {
    const writer = format === "npz" ? new NpzWriter(path) : new MatrixMarketWriter(path);
    let tokens = 0;
    return {
      write(batch) {
        requireFixed("writeDocumentTerms", batch.vocabulary);
        writer.write(batch);
        tokens += amount(batch);
      },
      finish() {
        writer.finish();
        scope.ledger.child(path).add("rows", writer.rows);
        scope.took(tokens);
      },
      abandon: () => writer.abandon(),
    };
  });
}

/** A line a term of the vocabulary that the batches share; none if there were no batches. */
function writeTermsOfColumns(path: string): OperatorFunction<DocumentTermBatch, DocumentTermBatch> {
  return writeThrough("writeDocumentTerms", (scope) => {
    const file = new DurableFile(path);
    let vocabulary: Vocabulary | undefined;
    return {
      write(batch) {
        if (!vocabulary) requireLines(batch.vocabulary.terms);
        vocabulary ??= batch.vocabulary;
      },
      finish() {
        for (const term of vocabulary?.terms ?? []) file.write(Buffer.from(`${term}\n`));
        file.commit();
        scope.ledger.child(path).add("rows", vocabulary?.terms.length ?? 0);
      },
      abandon: () => file.discard(),
    };
  });
}

function requireLines(terms: readonly string[]): void {
  const odd = terms.find((term) => /[\r\n]/.test(term));
  if (odd !== undefined)
    throw new RangeError(`writeDocumentTerms: a term must be one line in a file of terms, got ${JSON.stringify(odd)}`);
}
