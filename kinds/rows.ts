import type { Column, ReadableTable, Rows, TableSchema } from "../schemas/tables.js";

export type Cell = string | number;

const rowsAtOnce = 65_536;

/** Rows of texts and numbers as columns, so many at a time. Memory: the columns of as many rows. */
export function* inBlocks(schema: TableSchema, rows: Iterable<readonly Cell[]>): Generator<Rows> {
  let some: (readonly Cell[])[] = [];
  for (const row of rows) {
    some.push(row);
    if (some.length < rowsAtOnce) continue;
    yield columnsOf(schema, some);
    some = [];
  }
  if (some.length > 0) yield columnsOf(schema, some);
}

function columnsOf(schema: TableSchema, rows: readonly (readonly Cell[])[]): Rows {
  const columns = Object.values(schema.columns).map((type, k): Column => {
    const cells = rows.map((row) => row[k]!);
    return type === "text" ? (cells as string[]) : Float64Array.from(cells as number[]);
  });
  return { columns, rows: rows.length };
}

/** Whole columns of a table. */
export async function wholeColumns<Cells extends readonly unknown[]>(
  table: ReadableTable,
  names: readonly string[],
): Promise<{ [K in keyof Cells]: Cells[K][] }> {
  const whole: unknown[][] = names.map(() => []);
  for await (const { columns, rows } of table.blocks(names))
    columns.forEach((column, k) => {
      for (let row = 0; row < rows; row++) whole[k]!.push(column[row]);
    });
  return whole as { [K in keyof Cells]: Cells[K][] };
}
