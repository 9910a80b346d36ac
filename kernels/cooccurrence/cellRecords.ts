import type { BatchOptions, CooccurrenceBatch } from "../../schemas/cooccurrence.js";

/** Bytes of a record in GloVe's `cooccurrence.bin`: int32 row and int32 column, ids from 1, float64 weight, little-endian. */
export const recordBytes = 16;

/** Where the int32 and the float64 of records lie. */
const columnsOf = ({ buffer, byteOffset, length }: Uint8Array) => ({
  ids: new Int32Array(buffer, byteOffset, length / 4),
  weights: new Float64Array(buffer, byteOffset, length / 8),
});

/** Cells as records, in one of two rooms in turn: a batch's records are good until the next but one is asked for. */
export async function* encodeRecords(batches: AsyncIterable<CooccurrenceBatch>): AsyncGenerator<Uint8Array> {
  let [room, other] = [new Uint8Array(0), new Uint8Array(0)];
  for await (const { row, column, weight } of batches) {
    [room, other] = [other, room];
    const bytes = recordBytes * row.length;
    if (room.length < bytes) room = new Uint8Array(bytes);
    const { ids, weights } = columnsOf(room);
    for (let i = 0; i < row.length; i++) {
      ids[4 * i] = row[i]! + 1;
      ids[4 * i + 1] = column[i]! + 1;
      weights[2 * i + 1] = weight[i]!;
    }
    yield room.subarray(0, bytes);
  }
}

/** Records as batches of cells, whose arrays are those of the reader; with `reuse` they lie in one place. */
export async function* decodeRecords(
  blocks: AsyncIterable<Uint8Array>,
  { reuse = false }: BatchOptions = {},
): AsyncGenerator<CooccurrenceBatch> {
  let room = emptyBatch(0);
  for await (const block of blocks) {
    const rows = block.length / recordBytes;
    if (!reuse || room.row.length < rows) room = emptyBatch(rows);
    const [row, column] = [room.row.subarray(0, rows), room.column.subarray(0, rows)];
    const weight = room.weight.subarray(0, rows);
    const { ids, weights } = columnsOf(block);
    for (let i = 0; i < rows; i++) {
      row[i] = ids[4 * i]! - 1;
      column[i] = ids[4 * i + 1]! - 1;
      weight[i] = weights[2 * i + 1]!;
    }
    yield { row, column, weight };
  }
}

const emptyBatch = (rows: number): CooccurrenceBatch => ({
  row: new Int32Array(rows),
  column: new Int32Array(rows),
  weight: new Float64Array(rows),
});
