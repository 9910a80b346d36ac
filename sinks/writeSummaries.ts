import type { OperatorFunction } from "rxjs";
import { type OptionsOf, parseOptions } from "../schemas/options.js";
import { type SummaryBatch, summariesSchema } from "../schemas/summaries.js";
import { defineUnit } from "../schemas/units.js";
import { areLines } from "./writeLines.js";
import { rowsOrLinesFields, writeRowsOrLines } from "./writeRowsOrLines.js";

export const writeSummariesSchema = defineUnit({
  name: "writeSummaries",
  kind: "sink",
  reads: "summaries",
  makes: "summaries",
  resumable: ({ path }) => areLines(path),
  summary: "Writes the sentences that stand for documents to a file, one row a sentence",
  fields: rowsOrLinesFields,
  create: (_, options): OperatorFunction<SummaryBatch, SummaryBatch> => writeSummaries(options),
});

export type WriteSummariesOptions = OptionsOf<typeof writeSummariesSchema>;

/**
 * Writes summaries as rows of document, id, rank, sentence, text and score, and passes each batch on once its rows were taken. Lines (.jsonl, .tsv) can
 * be gone on with, behind a source that never ends, too.
 *
 * In, out: SummaryBatch. State: one block of 65,536 (Arrow) or 131,072 rows (Parquet), or the lines of a batch.
 * Completes when the file is on the disk under its name; counts `rows` on the ledger's child of the path.
 * @throws TypeError at the call, if the format cannot be told; RangeError through the stream, for an id that .tsv cannot hold
 * @example
 *   text$.pipe(summarize(), writeSummaries({ path: "summaries.jsonl" }))
 */
export function writeSummaries(options: WriteSummariesOptions): OperatorFunction<SummaryBatch, SummaryBatch> {
  return writeRowsOrLines("writeSummaries", parseOptions(writeSummariesSchema, options).path, summariesSchema);
}
