import type { ByteReader } from "../files/byteReader.js";
import { readFullyAsync } from "../files/readFully.js";
import { type FastTextHead, readShape, requireFinite, requireRows } from "./fastTextFile.js";
import { readUsedRows } from "./usedRows.js";

/** Rows of the input matrix that were read, in their order. */
export interface InputRows {
  readonly columns: number;
  readonly values: Float32Array;
  /** Which of those read a row of the matrix is; -1 for one of zeros. */
  readonly placeOf: (row: number) => number;
  /** Which row of the matrix one of those read is. */
  readonly rowAt: (place: number) => number;
}

/** Bytes read at a time, at most, and between two rows that are read together. */
const CHUNK = 1 << 20;
const GAP = 1 << 14;

/**
 * Reads the input matrix of a model, all of it but rows of zeros, or some rows, and goes over the output matrix to the end. State: what it returns.
 * @param rows those that are wanted, ascending
 */
export async function readInputRows(reader: ByteReader, head: FastTextHead, rows?: Uint32Array): Promise<InputRows> {
  const { rows: total, columns } = await readShape(reader, "input");
  requireRows(reader, head, total);
  const end = reader.position + 4 * total * columns;
  const read = rows ? await readApart(reader, head, rows, columns) : await readUsed(reader, head, columns);
  reader.skipTo(end);
  await reader.byte();
  const output = await readShape(reader, "output");
  reader.skipTo(reader.position + 4 * output.rows * output.columns);
  return read;
}

/** All rows of words, and those of buckets that are not zeros. */
async function readUsed(
  reader: ByteReader,
  { wordRows, inputRows }: FastTextHead,
  columns: number,
): Promise<InputRows> {
  const shape = { columns, rows: inputRows, words: wordRows };
  const { values, buckets } = await readUsedRows(reader, "input", shape);
  const placeOfBucket = new Int32Array(inputRows - wordRows).fill(-1);
  buckets.forEach((bucket, i) => {
    placeOfBucket[bucket] = wordRows + i;
  });
  return {
    columns,
    values,
    rowAt: (place) => (place < wordRows ? place : wordRows + buckets[place - wordRows]!),
    placeOf: (row) => (row < wordRows ? row : placeOfBucket[row - wordRows]!),
  };
}

/** Stretches of the file in which wanted rows lie close together are read whole, the next one while the rows of one are taken out. */
async function readApart(
  reader: ByteReader,
  { inputRows }: FastTextHead,
  rows: Uint32Array,
  columns: number,
): Promise<InputRows> {
  const begin = reader.position;
  const rowBytes = 4 * columns;
  const values = new Float32Array(rows.length * columns);
  const chunks = [0, 1].map(() => new Float32Array(Math.max(columns, CHUNK / 4)));
  const read = async (from: number, to: number, chunk: Float32Array) => {
    const length = rowBytes * (rows[to - 1]! - rows[from]! + 1);
    const into = new Uint8Array(chunk.buffer, 0, length);
    if ((await readFullyAsync(reader.handle, into, begin + rowBytes * rows[from]!)) < length) throw reader.cut();
  };
  const start = (from: number, turn: number) => {
    const to = endOfStretch(rows, from, rowBytes);
    return { from, to, chunk: chunks[turn % 2]!, done: from < to ? read(from, to, chunks[turn % 2]!) : undefined };
  };
  let next = start(0, 0);
  for (let turn = 1; next.done; turn++) {
    const { from, to, chunk, done } = next;
    await done;
    next = start(to, turn);
    for (let place = from; place < to; place++) {
      const at = (rows[place]! - rows[from]!) * columns;
      values.set(chunk.subarray(at, at + columns), place * columns);
    }
  }
  requireFinite(reader, "input", values, (i) => rows[Math.floor(i / columns)]!);
  const places = new Int32Array(inputRows);
  rows.forEach((row, place) => {
    places[row] = place;
  });
  return { columns, values, rowAt: (place) => rows[place]!, placeOf: (row) => places[row]! };
}

/** How many of the rows, from one on, are read together. */
function endOfStretch(rows: Uint32Array, from: number, rowBytes: number): number {
  const most = Math.max(1, Math.floor(CHUNK / rowBytes));
  const gap = Math.max(1, Math.floor(GAP / rowBytes));
  let to = from;
  while (to < rows.length && rows[to]! - rows[from]! < most && (to === from || rows[to]! - rows[to - 1]! <= gap)) to++;
  return to;
}
