import { documents } from "../../kinds/documents.js";
import type { DocumentColumn } from "../../schemas/documents.js";
import { openTable, requireColumns } from "../tables/tableFile.js";
import { partsKey } from "./partsKey.js";

/**
 * Reads what is known of documents from an Arrow or Parquet file of `writeDocuments`.
 *
 * Out: the column, whose entry k is that of the document with the number k. State: the column.
 * @throws SyntaxError if the file is not whole, or fields are no JSON; TypeError if it lacks a column; RangeError for numbers out of order
 * @example
 *   const { ids, labels } = await readDocumentColumn("documents.parquet");
 */
export async function readDocumentColumn(path: string): Promise<DocumentColumn> {
  const file = await openTable(path);
  requireColumns(path, file, documents.columns!);
  const parts = (file.metadata.get(partsKey) ?? "ids,labels,weights,fields").split(",");
  return documents.table!.read({ path, ...file }, { parts }, {});
}
