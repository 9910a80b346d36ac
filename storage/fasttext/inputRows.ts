import type { ByteReader } from "../files/byteReader.js";
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

/** Bytes read at a time where rows lie apart: more are passed over than used. */
const CHUNK = 1 << 16;

/**
 * Reads the input matrix of a model, all of it but rows of zeros, or some rows, and goes over the output matrix to the end. State: what it returns.
 * @param rows those that are wanted, ascending
 */
export async function readInputRows(reader: ByteReader, head: FastTextHead, rows?: Uint32Array): Promise<InputRows> {
  const { rows: total, columns } = await readShape(reader, "input");
  requireRows(reader, head, total);
  const end = reader.position + 4 * total * columns;
  const read = rows ? await readApart(reader, rows, columns) : await readUsed(reader, head, columns);
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

async function readApart(reader: ByteReader, rows: Uint32Array, columns: number): Promise<InputRows> {
  const begin = reader.position;
  const values = new Float32Array(rows.length * columns);
  const rowBytes = 4 * columns;
  for (const [place, row] of rows.entries()) {
    reader.skipTo(begin + rowBytes * row);
    const bytes = await reader.take(rowBytes, CHUNK);
    new Uint8Array(values.buffer, rowBytes * place, rowBytes).set(bytes);
  }
  const rowAt = (place: number) => rows[place]!;
  requireFinite(reader, "input", values, (i) => rowAt(Math.floor(i / columns)));
  const places = new Map(Array.from(rows, (row, place) => [row, place]));
  return { columns, values, rowAt, placeOf: (row) => places.get(row)! };
}
