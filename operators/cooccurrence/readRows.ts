import { setImmediate as otherWork } from "node:timers/promises";
import { startCooccurrenceKernel } from "../../kernels/cooccurrence/cooccurrenceKernel.js";
import { batchCells, type UnitBatch } from "../../kernels/cooccurrence/finalTable.js";
import { RowStream } from "../../kernels/cooccurrence/rowStream.js";
import { sharedMemory } from "../../kernels/numbers/webAssembly.js";
import type { BatchOptions } from "../../schemas/cooccurrence.js";
import type { StoredRows } from "../../storage/cooccurrence/rowStore.js";
import { cooccurrenceKernel } from "./cooccurrenceKernel.js";

// Where the parts of the memory begin.
const STREAM = 1024;
const ROWS = STREAM + 2 ** 17;
const COLUMNS = ROWS + 4 * batchCells;
const UNITS = COLUMNS + 4 * batchCells;
const END = UNITS + 8 * batchCells;

/** The cells of a table, batches of `batchCells` but for the last; with `reuse` they all lie in one place. State: 1.2 MB, and a batch. */
export async function* readRows(
  parts: readonly StoredRows[],
  { reuse = false }: BatchOptions = {},
): AsyncGenerator<UnitBatch> {
  const memory = sharedMemory(END);
  const kernel = startCooccurrenceKernel(cooccurrenceKernel(), memory);
  let filled = 0;
  const take = (): UnitBatch => {
    const row = new Int32Array(memory.buffer, ROWS, filled);
    const column = new Int32Array(memory.buffer, COLUMNS, filled);
    const units = new Float64Array(memory.buffer, UNITS, filled);
    filled = 0;
    return reuse ? { row, column, units } : { row: row.slice(), column: column.slice(), units: units.slice() };
  };
  for (const part of parts) {
    const reader = part.open();
    try {
      const stream = new RowStream(kernel, memory, STREAM, ROWS - STREAM, reader);
      for (;;) {
        filled += stream.copyCells(ROWS + 4 * filled, COLUMNS + 4 * filled, UNITS + 8 * filled, batchCells - filled);
        if (filled < batchCells) break;
        await otherWork();
        yield take();
      }
    } finally {
      reader.close();
    }
  }
  if (filled > 0) yield take();
}
