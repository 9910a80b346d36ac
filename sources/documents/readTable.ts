import { plural } from "../../schemas/plural.js";
import type { TextBatch } from "../../schemas/text.js";
import { csvCells, isCsvRecord, tsvCells } from "./cells.js";
import { columnOf } from "./columnOf.js";
import { EntryMaker } from "./documentEntry.js";
import type { Line } from "./heldRecord.js";
import type { InputReport } from "./inputReport.js";
import { unifyLineEnds } from "./lineEnds.js";
import { LineSplitter, readRecords } from "./readLines.js";
import type { ReadSettings } from "./readSettings.js";
import { type ReadRecord, takeRecord } from "./takeRecord.js";
import type { TextWriter } from "./textWriter.js";

/** How many cells each record has, which of them is the text, and which hold what else is asked for. */
interface Layout {
  readonly columns: number;
  readonly column: number;
  readonly others: readonly number[];
}

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

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
  const entries = new EntryMaker(settings, format, report);
  const placesIn = (names: readonly string[] | undefined, columns: number): Layout => ({
    columns,
    column: columnOf(names, columns, field, report),
    others: entries.columns.map(({ name, option }) => columnOf(names, columns, name, report, option)),
  });
  const layoutOf = (first: Line): Layout => {
    const cells = cellsOf(first);
    if (!header) return placesIn(undefined, cells.length);
    const names = cells.map(textOf);
    const layout = placesIn(names, cells.length);
    const asked = [field, ...entries.columns.map(({ name }) => name)];
    if (!asked.some((name) => names.includes(name))) report.add("unnamedHeaders", 1); // which may be a document
    return layout;
  };
  const valueIn = (cell: Uint8Array, k: number) => {
    const text = textOf(cell);
    return entries.columns[k]!.option === "weight" && NUMBER.test(text) ? Number(text) : text;
  };
  const isReadable = ({ bytes, fault }: Line) => !fault && (format === "tsv" || isCsvRecord(bytes));
  let layout: Layout | undefined;
  const read: ReadRecord = (record, where) => {
    const cells = cellsOf(record);
    const { columns, column, others } = layout!;
    if (cells.length !== columns)
      throw report.fault(where, `must have ${plural(columns, "column")}, got ${cells.length}`);
    const text = report.checkLength(where, unifyLineEnds(cells[column]!), maxDocumentLength);
    const values = others.map((other, k) => valueIn(cells[other]!, k));
    return { text, entry: entries.make(where, values) };
  };
  if (!header) placesIn(undefined, Number.POSITIVE_INFINITY);
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

function textOf(cell: Uint8Array): string {
  return Buffer.from(cell.buffer, cell.byteOffset, cell.length).toString();
}
