import type { TextBatch } from "../schemas/text.js";
import { csvCells, tsvCells } from "./cells.js";
import { columnOf } from "./columnOf.js";
import type { InputReport } from "./inputReport.js";
import { unifyLineEnds } from "./lineEnds.js";
import type { ReadSettings } from "./readDocuments.js";
import { readLines } from "./readLines.js";
import type { TextWriter } from "./textWriter.js";

/** One column of a CSV or TSV file, a document a record. Empty lines are no records. */
export async function* readTable(
  chunks: AsyncIterable<Uint8Array>,
  format: "csv" | "tsv",
  settings: ReadSettings,
  report: InputReport,
  writer: TextWriter,
): AsyncGenerator<TextBatch> {
  const cellsOf = (record: Uint8Array, line: number) => {
    try {
      return format === "csv" ? csvCells(record) : tsvCells(record);
    } catch (error) {
      throw report.fault(`line ${line}`, `must be a CSV record, got ${(error as Error).message}`);
    }
  };
  let column = settings.header ? undefined : columnOf(undefined, settings.field, report);
  const textOf = (record: Uint8Array, line: number): Uint8Array => {
    const cells = cellsOf(record, line);
    const text = cells[column!];
    if (!text) throw report.fault(`line ${line}`, `must have ${column! + 1} columns, got ${cells.length}`);
    return report.checkLength(`line ${line}`, unifyLineEnds(text), settings.maxDocumentLength);
  };
  const limits = { ...settings, hasQuotes: format === "csv" };
  for await (const lines of readLines(chunks, limits, report)) {
    for (const { bytes, fault, number, start, end } of lines) {
      const isRecord = fault !== undefined || bytes.length > 0;
      if (isRecord && column === undefined) {
        if (fault) throw fault; // no record can be read without the header
        const names = cellsOf(bytes, number).map((name) => Buffer.from(name).toString());
        column = columnOf(names, settings.field, report);
      } else if (isRecord && report.next()) {
        const text = report.attempt({ line: number, offset: start }, () => {
          if (fault) throw fault;
          return textOf(bytes, number);
        });
        if (text) {
          writer.begin();
          report.add("documents", 1);
          writer.append(text);
        }
      }
      writer.reach(end);
      if (writer.isFull) yield writer.take();
    }
  }
}
