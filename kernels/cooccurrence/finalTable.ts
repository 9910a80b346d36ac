import type { BatchOptions, CooccurrenceBatch } from "../../schemas/cooccurrence.js";
import type { CellStream } from "./cellStreams.js";

/** Most cells in a batch of a table. */
export const batchCells = 65_536;

/** Cells of a table in units. */
export interface UnitBatch {
  readonly row: Int32Array;
  readonly column: Int32Array;
  readonly units: Float64Array;
}

/** The same cells with their weights, in the same arrays. */
export async function* weighted(
  batches: AsyncIterable<UnitBatch>,
  unitsPerWeight: number,
): AsyncGenerator<CooccurrenceBatch> {
  for await (const { row, column, units } of batches) {
    for (let i = 0; i < units.length; i++) units[i]! /= unitsPerWeight;
    yield { row, column, weight: units };
  }
}

/** A stream of cells as batches that belong to their reader, each but the last of `batchCells`; with `reuse` it is one batch, filled again. */
export async function* unitBatches(
  cells: CellStream,
  total: number,
  { reuse = false }: BatchOptions = {},
): AsyncGenerator<UnitBatch> {
  let left = total;
  const next = (before?: UnitBatch): UnitBatch => {
    const length = Math.min(batchCells, left);
    left -= length;
    if (reuse && length === before?.row.length) return before;
    return { row: new Int32Array(length), column: new Int32Array(length), units: new Float64Array(length) };
  };
  let batch = next();
  let filled = 0;
  for await (const run of cells)
    for (let at = 0; at < run.length; ) {
      const length = Math.min(run.length - at, batch.row.length - filled);
      for (const name of ["row", "column", "units"] as const)
        batch[name].set(run[name].subarray(at, at + length), filled);
      at += length;
      filled += length;
      if (filled < batch.row.length) continue;
      yield batch;
      batch = next(batch);
      filled = 0;
    }
}
