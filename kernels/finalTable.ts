import type { CooccurrenceBatch, CooccurrenceMetadata, FinalCooccurrence } from "../schemas/cooccurrence.js";
import type { Vocabulary } from "../schemas/vocabulary.js";
import type { CellRun } from "./cellRun.js";

/** Most cells in a batch of a table. */
export const batchCells = 65_536;

/**
 * A finished table over cells in memory: those of the upper triangle with the diagonal and, for a symmetric table, the same cells
 * mirrored. Each row is what is mirrored into it, then its own.
 */
export function tableInMemory(
  vocabulary: Vocabulary,
  metadata: CooccurrenceMetadata,
  unitsPerWeight: number,
  parts: readonly CellRun[],
): FinalCooccurrence {
  return {
    vocabulary,
    metadata,
    length: parts.reduce((sum, { length }) => sum + length, 0),
    async *batches() {
      yield* batchesOf(parts, unitsPerWeight);
    },
  };
}

/** Interleaves runs whose rows are each wholly before the next run's cells of that row. */
function* batchesOf(parts: readonly CellRun[], unitsPerWeight: number): Generator<CooccurrenceBatch> {
  const next = parts.map(() => 0);
  const total = parts.reduce((sum, { length }) => sum + length, 0);
  let taken = 0;
  let row = 0;
  let part = 0;
  while (taken < total) {
    const length = Math.min(batchCells, total - taken);
    const batch = { row: new Int32Array(length), column: new Int32Array(length), weight: new Float64Array(length) };
    for (let i = 0; i < length; ) {
      const run = parts[part]!;
      const at = next[part]!;
      if (at < run.length && run.row[at] === row) {
        batch.row[i] = row;
        batch.column[i] = run.column[at]!;
        batch.weight[i++] = run.units[at]! / unitsPerWeight;
        next[part] = at + 1;
      } else if (++part === parts.length) {
        part = 0;
        row++;
      }
    }
    taken += length;
    yield batch;
  }
}
