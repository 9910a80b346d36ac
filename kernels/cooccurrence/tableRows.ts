import type { CooccurrenceBatch } from "../../schemas/cooccurrence.js";

/** The cells of one row. */
export interface TableRow {
  readonly row: number;
  readonly columns: number[];
  readonly weights: number[];
}

/** The rows of a table, one at a time. */
export async function* rowsOf(batches: AsyncIterable<CooccurrenceBatch>): AsyncGenerator<TableRow> {
  let current: TableRow | undefined;
  for await (const { row, column, weight } of batches)
    for (let i = 0; i < row.length; i++) {
      if (current?.row !== row[i]) {
        if (current) yield current;
        current = { row: row[i]!, columns: [], weights: [] };
      }
      current!.columns.push(column[i]!);
      current!.weights.push(weight[i]!);
    }
  if (current) yield current;
}

/** The cells with the largest weights, in the order of columns; of equal ones those with the smaller column. */
export function strongest({ row, columns, weights }: TableRow, most: number): TableRow {
  if (columns.length <= most) return { row, columns, weights };
  const places = columns
    .map((_, i) => i)
    .sort((a, b) => weights[b]! - weights[a]! || a - b)
    .slice(0, most)
    .sort((a, b) => a - b);
  return { row, columns: places.map((i) => columns[i]!), weights: places.map((i) => weights[i]!) };
}

/** Rows as batches of about `most` cells; a row is not cut. */
export async function* batchesOf(rows: AsyncIterable<TableRow>, most: number): AsyncGenerator<CooccurrenceBatch> {
  let waiting: TableRow[] = [];
  let cells = 0;
  for await (const row of rows) {
    if (cells > 0 && cells + row.columns.length > most) {
      yield batchOf(waiting, cells);
      waiting = [];
      cells = 0;
    }
    waiting.push(row);
    cells += row.columns.length;
  }
  if (cells > 0) yield batchOf(waiting, cells);
}

function batchOf(rows: readonly TableRow[], cells: number): CooccurrenceBatch {
  const batch = { row: new Int32Array(cells), column: new Int32Array(cells), weight: new Float64Array(cells) };
  let at = 0;
  for (const { row, columns, weights } of rows) {
    batch.row.fill(row, at, at + columns.length);
    batch.column.set(columns, at);
    batch.weight.set(weights, at);
    at += columns.length;
  }
  return batch;
}
