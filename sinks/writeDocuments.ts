import type { OperatorFunction } from "rxjs";
import { documentRows, partsOfColumn } from "../kinds/documents.js";
import { documentsSchema } from "../schemas/documents.js";
import { text } from "../schemas/fields.js";
import { type OptionsOf, parseOptions } from "../schemas/options.js";
import type { IdBatch } from "../schemas/tokens.js";
import { defineUnit } from "../schemas/units.js";
import { partsKey } from "../storage/documents/partsKey.js";
import { tableFields, tableFormatOf, writeRows } from "./writeRows.js";

export const writeDocumentsSchema = defineUnit({
  name: "writeDocuments",
  kind: "sink",
  reads: "ids",
  makes: "ids",
  summary:
    "Writes what is known of documents to a file, one row a document, to which the rows of other tables can be joined",
  fields: {
    ...tableFields,
    path: text({ description: "File to write", file: "output", holds: "documents", example: "documents.parquet" }),
  },
  create: (_, options): OperatorFunction<IdBatch, IdBatch> => writeDocuments(options),
});

export type WriteDocumentsOptions = OptionsOf<typeof writeDocumentsSchema>;

/**
 * Writes each document's number, id, labels, weight and fields, and passes each batch on once its rows were taken. The number is that
 * by which `writeIds` and other tables name the document.
 *
 * In, out: IdBatch. State: one block of 65,536 (Arrow) or 131,072 rows (Parquet), and how many documents there were.
 * Completes when the file is on the disk under its name; counts `rows` on the ledger's child of the path.
 * @throws TypeError at the call, if the format cannot be told; through the stream, if the source was asked for nothing
 * @example
 *   tokens$.pipe(encode(vocabulary), writeDocuments({ path: "documents.parquet" }))
 */
export function writeDocuments(options: WriteDocumentsOptions): OperatorFunction<IdBatch, IdBatch> {
  const { path, format } = parseOptions(writeDocumentsSchema, options);
  return writeRows("writeDocuments", path, tableFormatOf("writeDocuments", path, format), () => {
    let documents = 0;
    return {
      schema: (first) => {
        if (first && !first.documents)
          throw new TypeError(
            `writeDocuments: ${path} must be told of documents by the source's options id, labels, weight or fields, got none of them`,
          );
        return { ...documentsSchema, metadata: new Map([[partsKey, partsOfColumn(first?.documents).join()]]) };
      },
      rows: ({ documents: column = {}, documentOffsets }) => {
        const rows = documentRows(column, documents);
        documents += documentOffsets.length;
        return rows;
      },
      amount: ({ ids }) => ids.length,
    };
  });
}
