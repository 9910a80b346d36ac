import { setImmediate as otherWork } from "node:timers/promises";
import { recordBytes } from "../../kernels/cooccurrence/cellRecords.js";
import { startCooccurrenceKernel } from "../../kernels/cooccurrence/cooccurrenceKernel.js";
import { batchCells } from "../../kernels/cooccurrence/finalTable.js";
import { RowStream } from "../../kernels/cooccurrence/rowStream.js";
import { sharedMemory } from "../../kernels/numbers/webAssembly.js";
import type { StoredRows } from "../../storage/cooccurrence/rowStore.js";
import { cooccurrenceKernel } from "./cooccurrenceKernel.js";

// Where the parts of the memory begin, all of them on pages: a disk may be written from there without a copy.
const STREAM = 2 ** 12;
const ROOMS = STREAM + 2 ** 17;
const ROOM = recordBytes * batchCells;
const END = ROOMS + 2 * ROOM;

/** What the cells of a table weigh. */
export interface TableUnits {
  /** By which a sum of units is divided. */
  readonly unitsPerWeight: number;
  /** All cells together, in units, as it follows from what was counted. */
  readonly units: bigint;
}

/**
 * The cells of a table as records, `batchCells` at once but for the last, which are good until the next but one are asked for. State: 2.3 MB.
 * @throws Error at the end, if the cells weigh something else than the windows that were counted
 */
export async function* readRecords(
  parts: readonly StoredRows[],
  { unitsPerWeight, units }: TableUnits,
): AsyncGenerator<Uint8Array> {
  const memory = sharedMemory(END);
  const kernel = startCooccurrenceKernel(cooccurrenceKernel(), memory);
  kernel.unitsPerWeight.value = unitsPerWeight;
  let room = ROOMS;
  let filled = 0;
  const take = (): Uint8Array => {
    const records = new Uint8Array(memory.buffer, room, recordBytes * filled);
    room = room === ROOMS ? ROOMS + ROOM : ROOMS;
    filled = 0;
    return records;
  };
  for (const part of parts) {
    const reader = part.open();
    try {
      const stream = new RowStream(kernel, memory, STREAM, ROOMS - STREAM, reader);
      for (;;) {
        filled += stream.copyRecords(room + recordBytes * filled, batchCells - filled);
        if (filled < batchCells) break;
        await otherWork();
        yield take();
      }
    } finally {
      reader.close();
    }
  }
  if (filled > 0) yield take();
  const found = BigInt.asUintN(64, kernel.copiedUnits.value);
  if (found === BigInt.asUintN(64, units)) return;
  const [all, some] = [units, found].map((sum) => Number(sum) / unitsPerWeight);
  throw new Error(`cooccurrence: the table must weigh as much as the windows, ${all}, got ${some}`);
}
