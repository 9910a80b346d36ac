import type {
  BatchOptions,
  CooccurrenceBatch,
  CooccurrenceMetadata,
  FinalCooccurrence,
} from "../../schemas/cooccurrence.js";
import type { Vocabulary } from "../../schemas/vocabulary.js";
import { ExactSum } from "../numbers/exactSum.js";
import type { CellStream } from "./cellStreams.js";

/** Most cells in a batch of a table. */
export const batchCells = 65_536;

/** What a finished table is made of. */
export interface TableParts {
  readonly vocabulary: Vocabulary;
  readonly metadata: CooccurrenceMetadata;
  /** By which a sum of units is divided. */
  readonly unitsPerWeight: number;
  readonly length: number;
  /** The sum of all its cells, in units, where it follows from what was counted; whoever reads all of them is told if it is not. */
  readonly units?: bigint;
  /** Reads the cells in order, at most `batchCells` at once; the arrays are those of the reader, or with `reuse` the same ones each time. */
  readonly batches: (options?: BatchOptions) => AsyncIterable<UnitBatch>;
  readonly close?: () => void;
}

export function tableOf({
  vocabulary,
  metadata,
  unitsPerWeight,
  length,
  units,
  batches,
  close,
}: TableParts): FinalCooccurrence {
  return {
    vocabulary,
    metadata,
    length,
    batches: (options) => weighted(batches(options), unitsPerWeight, units),
    ...(close ? { close } : {}),
  };
}

/** Cells of a table in units. */
export interface UnitBatch {
  readonly row: Int32Array;
  readonly column: Int32Array;
  readonly units: Float64Array;
}

async function* weighted(
  batches: AsyncIterable<UnitBatch>,
  unitsPerWeight: number,
  expected: bigint | undefined,
): AsyncGenerator<CooccurrenceBatch> {
  const sum = new ExactSum();
  for await (const { row, column, units } of batches) {
    for (let i = 0; i < units.length; i++) {
      sum.add(units[i]!);
      units[i]! /= unitsPerWeight;
    }
    yield { row, column, weight: units };
  }
  if (expected === undefined || sum.total === expected) return;
  const [all, found] = [expected, sum.total].map((units) => Number(units) / unitsPerWeight);
  throw new Error(`cooccurrence: the table must weigh as much as the windows, ${all}, got ${found}`);
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
