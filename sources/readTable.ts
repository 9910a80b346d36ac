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
  const limits = { ...settings, hasQuotes: format === "csv" };
  for await (const lines of readLines(chunks, limits, report)) {
    for (const { bytes, number, end } of lines) {
      if (bytes.length > 0) {
        const cells = cellsOf(bytes, number);
        if (column === undefined) {
          column = columnOf(
            cells.map((name) => Buffer.from(name).toString()),
            settings.field,
            report,
          );
        } else {
          const text = cells[column];
          if (!text) throw report.fault(`line ${number}`, `must have ${column + 1} columns, got ${cells.length}`);
          writer.begin();
          report.add("documents", 1);
          writer.append(unifyLineEnds(text));
        }
      }
      writer.reach(end);
      if (writer.isFull) yield writer.take();
    }
  }
}
