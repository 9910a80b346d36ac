import type {
  BatchOptions,
  CooccurrenceBatch,
  CooccurrenceMetadata,
  FinalCooccurrence,
} from "../../schemas/cooccurrence.js";
import type { Vocabulary } from "../../schemas/vocabulary.js";
import { ExactSum } from "../numbers/exactSum.js";
import { CellCursor, type CellStream } from "./cellStreams.js";

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
  /** Opens the streams of cells; within a row, the cells of each come before those of the next. */
  readonly open: () => readonly CellStream[];
  readonly close?: () => void;
}

export function tableOf({
  vocabulary,
  metadata,
  unitsPerWeight,
  length,
  units,
  open,
  close,
}: TableParts): FinalCooccurrence {
  return {
    vocabulary,
    metadata,
    length,
    batches: (options) => weighted(rowByRow(open(), length, options), unitsPerWeight, units),
    ...(close ? { close } : {}),
  };
}

interface UnitBatch {
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

/** Row after row, and within it stream after stream. */
async function* rowByRow(
  streams: readonly CellStream[],
  total: number,
  { reuse = false }: BatchOptions = {},
): AsyncGenerator<UnitBatch> {
  const cursors = streams.map((stream) => new CellCursor(stream));
  let left = total;
  const next = (before?: UnitBatch): UnitBatch => {
    const length = Math.min(batchCells, left);
    left -= length;
    if (reuse && length === before?.row.length) return before;
    return { row: new Int32Array(length), column: new Int32Array(length), units: new Float64Array(length) };
  };
  let batch = next();
  let filled = 0;
  try {
    for (let row = 0; batch.row.length > 0; row++) {
      for (const cursor of cursors) {
        while (isInRow(cursor, row) || (needsRun(cursor) && (await cursor.hasCell()) && isInRow(cursor, row))) {
          filled = copyRow(cursor, row, batch, filled);
          if (filled < batch.row.length) continue;
          yield batch;
          batch = next(batch);
          filled = 0;
        }
      }
    }
  } finally {
    await Promise.all(cursors.map((cursor) => cursor.close()));
  }
}

function needsRun({ run, at, hasEnded }: CellCursor): boolean {
  return !hasEnded && (run === undefined || at >= run.length);
}

function isInRow({ run, at }: CellCursor, row: number): boolean {
  return run !== undefined && at < run.length && run.row[at] === row;
}

/** Copies what the run at hand has of a row, as far as there is room. */
function copyRow(cursor: CellCursor, row: number, batch: UnitBatch, filled: number): number {
  const run = cursor.run!;
  const room = batch.row.length;
  let [at, to] = [cursor.at, filled];
  while (at < run.length && to < room && run.row[at] === row) {
    batch.row[to] = row;
    batch.column[to] = run.column[at]!;
    batch.units[to++] = run.units[at++]!;
  }
  cursor.at = at;
  return to;
}
