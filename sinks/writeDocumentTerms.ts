import type { OperatorFunction } from "rxjs";
import { documentTerms, rowLists } from "../kinds/documentTerms.js";
import { type DocumentTermBatch, documentTermRowsSchema } from "../schemas/documentTerms.js";
import { type OptionsOf, parseOptions } from "../schemas/options.js";
import { defineUnit } from "../schemas/units.js";
import { fixedMetadata } from "../storage/cooccurrence/vocabularyHash.js";
import { tableFields, tableFormatOf, writeRows } from "./writeRows.js";

export const writeDocumentTermsSchema = defineUnit({
  name: "writeDocumentTerms",
  kind: "sink",
  reads: "documentTerms",
  makes: "documentTerms",
  summary: "Writes the terms of documents and their counts or weights to a file, one row a document",
  fields: tableFields,
  create: (_, options): OperatorFunction<DocumentTermBatch, DocumentTermBatch> => writeDocumentTerms(options),
});

export type WriteDocumentTermsOptions = OptionsOf<typeof writeDocumentTermsSchema>;

/**
 * Writes documents as rows of document, length and the lists terms and values, and passes each batch on once its rows were taken. A
 * document without a term has a row with empty lists.
 *
 * In, out: DocumentTermBatch, N documents, ids in the vocabulary. State: one block of 1,024 rows.
 * Completes when the file is on the disk under its name; counts `rows` on the ledger's child of the path.
 * @throws TypeError at the call, if the format cannot be told
 * @example
 *   documentTerms$.pipe(writeDocumentTerms({ path: "terms.parquet" }))
 */
export function writeDocumentTerms(
  options: WriteDocumentTermsOptions,
): OperatorFunction<DocumentTermBatch, DocumentTermBatch> {
  const { path, format } = parseOptions(writeDocumentTermsSchema, options);
  return writeRows("writeDocumentTerms", path, tableFormatOf("writeDocumentTerms", path, format), () => ({
    schema: (first) => ({ ...documentTermRowsSchema, metadata: fixedMetadata("writeDocumentTerms", first) }),
    rows: (batch) => ({ columns: [batch.rowDocuments, batch.lengths, ...rowLists(batch)], rows: batch.lengths.length }),
    amount: documentTerms.amounts!.tokens!,
  }));
}
