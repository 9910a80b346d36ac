import type { OperatorFunction } from "rxjs";
import { text } from "../schemas/fields.js";
import type { Column, FlatLists, TableSchema } from "../schemas/tables.js";
import { formatOf } from "../storage/files/formatOf.js";
import { lineExtensions, tabbed, writeLines } from "./writeLines.js";
import { tableExtensions, tableFormats, writeRows } from "./writeRows.js";

const extensions = { ...tableExtensions, ...lineExtensions } as const;
type Format = (typeof extensions)[keyof typeof extensions];

/** The options of units that write rows for programs and for people. */
export const rowsOrLinesFields = {
  path: text({
    description: "File to write: .arrow .feather .parquet .jsonl .tsv",
    file: "output",
    example: "table.tsv",
  }),
} as const;

/** A column with a cell a row. */
type Cells = Exclude<Column, FlatLists>;

/**
 * Writes batches whose parts are named as the columns of a table: as that table, or as lines that hold a JSON object, or cells between tabs
 * below a header. State: one block of rows, or the lines of a batch.
 * @throws TypeError at the call, if the format cannot be told; RangeError through the stream, for an id or a text that .tsv cannot hold
 */
export function writeRowsOrLines<Batch extends object>(
  who: string,
  path: string,
  { columns }: TableSchema,
): OperatorFunction<Batch, Batch> {
  const format = formatOf<Format>(who, path, extensions);
  const names = Object.keys(columns);
  const columnsOf = (batch: Batch) => names.map((name) => (batch as Record<string, Cells>)[name]!);
  const rowsOf = (batch: Batch) => columnsOf(batch)[0]!.length;
  const cellsOf = (batch: Batch, row: number) => columnsOf(batch).map((column) => column[row] as string | number);
  const lines = { rowsOf, amount: rowsOf };
  if (format === "jsonl")
    return writeLines(who, path, {
      ...{ ...lines, head: "" },
      lineOf: (batch, row) => {
        const cells = cellsOf(batch, row);
        return `${JSON.stringify(Object.fromEntries(names.map((name, k) => [name, cells[k]])))}\n`;
      },
    });
  if (format === "tsv")
    return writeLines(who, path, {
      ...{ ...lines, head: `${names.join("\t")}\n` },
      lineOf: (batch, row) => tabbed(who, path, "ids and texts", cellsOf(batch, row)),
    });
  return writeRows(who, path, tableFormats[format], () => ({
    schema: () => ({ columns }),
    rows: (batch) => ({ columns: columnsOf(batch), rows: rowsOf(batch) }),
  }));
}
