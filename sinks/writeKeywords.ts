import type { OperatorFunction } from "rxjs";
import { type KeywordBatch, keywordsSchema } from "../schemas/keywords.js";
import { type OptionsOf, parseOptions } from "../schemas/options.js";
import { defineUnit } from "../schemas/units.js";
import { areLines } from "./writeLines.js";
import { rowsOrLinesFields, writeRowsOrLines } from "./writeRowsOrLines.js";

export const writeKeywordsSchema = defineUnit({
  name: "writeKeywords",
  kind: "sink",
  reads: "keywords",
  makes: "keywords",
  standard: { path: "keywords.tsv" },
  resumable: ({ path }) => areLines(path),
  summary: "Writes the keywords of documents to a file, one row a phrase",
  fields: rowsOrLinesFields,
  create: (_, options): OperatorFunction<KeywordBatch, KeywordBatch> => writeKeywords(options),
});

export type WriteKeywordsOptions = OptionsOf<typeof writeKeywordsSchema>;

/**
 * Writes keywords as rows of document, id, rank, phrase and score, and passes each batch on once its rows were taken. Lines (.jsonl, .tsv) can
 * be gone on with, behind a source that never ends, too.
 *
 * In, out: KeywordBatch. State: one block of 65,536 (Arrow) or 131,072 rows (Parquet), or the lines of a batch.
 * Completes when the file is on the disk under its name; counts `rows` on the ledger's child of the path.
 * @throws TypeError at the call, if the format cannot be told; RangeError through the stream, for an id that .tsv cannot hold
 * @example
 *   text$.pipe(keywords(), writeKeywords({ path: "keywords.tsv" }))
 */
export function writeKeywords(options: WriteKeywordsOptions): OperatorFunction<KeywordBatch, KeywordBatch> {
  return writeRowsOrLines("writeKeywords", parseOptions(writeKeywordsSchema, options).path, keywordsSchema);
}
