import type { TextBatch } from "../schemas/text.js";
import { columnOf } from "./columnOf.js";
import type { InputReport } from "./inputReport.js";
import { unifyLineEnds } from "./lineEnds.js";
import type { ReadSettings } from "./readDocuments.js";
import { readLines } from "./readLines.js";
import type { TextWriter } from "./textWriter.js";

const TAB = 0x09;

/** Columns separated by tabs, one record a line, quotes meaning nothing; the document is one column. Empty lines are passed over. */
export async function* readTsv(
  chunks: AsyncIterable<Uint8Array>,
  settings: ReadSettings,
  report: InputReport,
  writer: TextWriter,
): AsyncGenerator<TextBatch> {
  let column = settings.header ? undefined : columnOf(undefined, settings.field, report);
  for await (const lines of readLines(chunks, settings, report)) {
    for (const { bytes, number, end } of lines) {
      if (bytes.length > 0 && column === undefined) {
        column = columnOf(Buffer.from(bytes).toString().split("\t"), settings.field, report);
      } else if (bytes.length > 0) {
        const text = cell(bytes, column!);
        if (!text) throw report.fault(`line ${number}`, `must have ${column! + 1} columns, got fewer`);
        writer.begin();
        report.add("documents", 1);
        writer.append(unifyLineEnds(text));
      }
      writer.reach(end);
      if (writer.isFull) yield writer.take();
    }
  }
}

function cell(line: Uint8Array, column: number): Uint8Array | undefined {
  let from = 0;
  for (let i = 0; i < column; i++) {
    from = line.indexOf(TAB, from) + 1;
    if (from === 0) return undefined;
  }
  const end = line.indexOf(TAB, from);
  return line.subarray(from, end < 0 ? line.length : end);
}
