import type { CooccurrenceBatch } from "../schemas/cooccurrence.js";
import { requireColumns, type TableFile } from "./tableFile.js";

/** Most cells in a batch. */
export const batchRows = 65_536;

/** The cells of a table file as they stand in it, batch by batch, whenever they are asked for. */
export function tableBatches(path: string, table: TableFile): () => AsyncGenerator<CooccurrenceBatch> {
  const names = ["row", "column", "weight"];
  requireColumns(path, table, names);
  return async function* () {
    for await (const { rows, columns } of table.blocks(names)) {
      const [row, column, weight] = columns as ArrayLike<number>[];
      for (let start = 0; start < rows; start += batchRows) {
        const end = Math.min(start + batchRows, rows);
        yield {
          row: slice(Int32Array, row!, start, end),
          column: slice(Int32Array, column!, start, end),
          weight: slice(Float64Array, weight!, start, end),
        };
      }
    }
  };
}

/** A part of a column, belonging to the receiver. */
function slice<A extends Int32Array | Float64Array>(
  type: { from(values: ArrayLike<number>): A; new (length: number): A },
  values: ArrayLike<number>,
  start: number,
  end: number,
): A {
  if (values instanceof type) return values.slice(start, end) as A;
  const part = new type(end - start);
  for (let i = start; i < end; i++) part[i - start] = values[i]!;
  return part;
}
