import type { TextBatch } from "../schemas/text.js";
import { csvCells, isCsvRecord, tsvCells } from "./cells.js";
import { columnOf } from "./columnOf.js";
import type { Line } from "./heldRecord.js";
import type { InputReport } from "./inputReport.js";
import { unifyLineEnds } from "./lineEnds.js";
import type { ReadSettings } from "./readDocuments.js";
import { LineSplitter, readRecords } from "./readLines.js";
import { type ReadRecord, takeRecord } from "./takeRecord.js";
import type { TextWriter } from "./textWriter.js";

/** How many cells each record has, and which of them is the text. */
interface Layout {
  readonly columns: number;
  readonly column: number;
}

/**
 * One column of a CSV or TSV file, a document a record. Empty lines are no records. The first record, which may be the header, says
 * how many cells each has: where another has more or fewer, a separator in its text was taken for one between cells, or one is missing.
 */
export async function* readTable(
  chunks: AsyncIterable<Uint8Array>,
  format: "csv" | "tsv",
  settings: ReadSettings,
  report: InputReport,
  writer: TextWriter,
): AsyncGenerator<TextBatch> {
  const { header, field, maxDocumentLength } = settings;
  const cellsOf = ({ bytes, fault, number }: Line) => {
    if (fault) throw fault;
    try {
      return format === "csv" ? csvCells(bytes) : tsvCells(bytes);
    } catch (error) {
      throw report.fault(`line ${number}`, `must be a CSV record, got ${(error as Error).message}`);
    }
  };
  const layoutOf = (first: Line): Layout => {
    const cells = cellsOf(first);
    const names = header ? cells.map((name) => Buffer.from(name).toString()) : undefined;
    return { columns: cells.length, column: columnOf(names, cells.length, field, report) };
  };
  const isReadable = ({ bytes, fault }: Line) => !fault && (format === "tsv" || isCsvRecord(bytes));
  let layout: Layout | undefined;
  const read: ReadRecord = (record, where) => {
    const cells = cellsOf(record);
    const { columns, column } = layout!;
    if (cells.length !== columns) throw report.fault(where, `must have ${columns} columns, got ${cells.length}`);
    return report.checkLength(where, unifyLineEnds(cells[column]!), maxDocumentLength);
  };
  if (!header) columnOf(undefined, Number.POSITIVE_INFINITY, field, report);
  const splitter = new LineSplitter({ ...settings, hasQuotes: format === "csv" }, report);
  for await (const lines of readRecords(chunks, splitter)) {
    for (const line of lines) {
      if (line.fault || line.bytes.length > 0) {
        const isHeader = header && layout === undefined;
        if (!layout && (isHeader || isReadable(line))) layout = layoutOf(line); // no record can be read without the header
        if (!isHeader) takeRecord(line, read, report, writer);
      }
      writer.reach(line.end);
    }
    if (writer.isFull) yield writer.take();
  }
}
