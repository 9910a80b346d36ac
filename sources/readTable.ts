import type { TextBatch } from "../schemas/text.js";
import { csvCells, tsvCells } from "./cells.js";
import { columnOf } from "./columnOf.js";
import type { InputReport } from "./inputReport.js";
import { unifyLineEnds } from "./lineEnds.js";
import type { ReadSettings } from "./readDocuments.js";
import { readLines } from "./readLines.js";
import { type ReadRecord, takeRecord } from "./takeRecord.js";
import type { TextWriter } from "./textWriter.js";

/** One column of a CSV or TSV file, a document a record. Empty lines are no records. */
export async function* readTable(
  chunks: AsyncIterable<Uint8Array>,
  format: "csv" | "tsv",
  settings: ReadSettings,
  report: InputReport,
  writer: TextWriter,
): AsyncGenerator<TextBatch> {
  const cellsOf = (record: Uint8Array, where: string) => {
    try {
      return format === "csv" ? csvCells(record) : tsvCells(record);
    } catch (error) {
      throw report.fault(where, `must be a CSV record, got ${(error as Error).message}`);
    }
  };
  let column = settings.header ? undefined : columnOf(undefined, settings.field, report);
  const read: ReadRecord = (record, where) => {
    const cells = cellsOf(record.bytes, where);
    const text = cells[column!];
    if (!text) throw report.fault(where, `must have ${column! + 1} columns, got ${cells.length}`);
    return report.checkLength(where, unifyLineEnds(text), settings.maxDocumentLength);
  };
  const limits = { ...settings, hasQuotes: format === "csv" };
  for await (const lines of readLines(chunks, limits, report)) {
    for (const line of lines) {
      const isRecord = line.fault !== undefined || line.bytes.length > 0;
      if (isRecord && column === undefined) {
        if (line.fault) throw line.fault; // no record can be read without the header
        const names = cellsOf(line.bytes, `line ${line.number}`).map((name) => Buffer.from(name).toString());
        column = columnOf(names, settings.field, report);
      } else if (isRecord) takeRecord(line, read, report, writer);
      writer.reach(line.end);
    }
    if (writer.isFull) yield writer.take();
  }
}
