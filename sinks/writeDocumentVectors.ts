import type { OperatorFunction } from "rxjs";
import type { DocumentVectorBatch } from "../schemas/documentVectors.js";
import { type OptionsOf, parseOptions } from "../schemas/options.js";
import { defineUnit } from "../schemas/units.js";
import { tableFields, tableFormatOf, writeRows } from "./writeRows.js";

export const writeDocumentVectorsSchema = defineUnit({
  name: "writeDocumentVectors",
  kind: "sink",
  reads: "documentVectors",
  makes: "documentVectors",
  summary: "Writes a vector a document to a file",
  fields: tableFields,
  create: (_, options): OperatorFunction<DocumentVectorBatch, DocumentVectorBatch> => writeDocumentVectors(options),
});

export type WriteDocumentVectorsOptions = OptionsOf<typeof writeDocumentVectorsSchema>;

/**
 * Writes documents as rows of document, its id if the source tells one, and vector, and passes each batch on once its rows were taken.
 *
 * In, out: DocumentVectorBatch, N documents of D numbers. State: one block of rows.
 * Completes when the file is on the disk under its name; counts `rows` on the ledger's child of the path.
 * @throws TypeError at the call, if the format cannot be told
 * @example
 *   vectors$.pipe(writeDocumentVectors({ path: "documents.parquet" }))
 */
export function writeDocumentVectors(
  options: WriteDocumentVectorsOptions,
): OperatorFunction<DocumentVectorBatch, DocumentVectorBatch> {
  const { path, format } = parseOptions(writeDocumentVectorsSchema, options);
  return writeRows("writeDocumentVectors", path, tableFormatOf("writeDocumentVectors", path, format), () => ({
    schema: (first) => ({
      columns: { document: "int32", id: "text", vector: { list: "float32", size: first?.vectorSize ?? 1 } },
    }),
    rows: ({ rowDocuments, values, documents }) => ({
      columns: [rowDocuments, Array.from(rowDocuments, (_, row) => documents?.ids?.[row] ?? ""), values],
      rows: rowDocuments.length,
    }),
  }));
}
