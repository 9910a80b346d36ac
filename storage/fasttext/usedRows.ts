import type { ByteReader } from "../files/byteReader.js";
import { readFullyAsync } from "../files/readFully.js";

const CHUNK_BYTES = 1 << 20;
/** The exponent of infinities and of what is no number: with its last bit added it carries into the sign. */
const EXPONENT = 0x7f800000;
const LAST_BIT = 0x00800000;

interface Shape {
  readonly columns: number;
  readonly rows: number;
  /** Rows at the beginning that are kept whatever they hold. */
  readonly words: number;
}

export interface UsedRows {
  /** Row-major: those of the words, and of the others those that are not zeros. */
  readonly values: Float32Array;
  /** Which of the others these are, counted behind the words; ascending. */
  readonly buckets: Uint32Array;
}

/**
 * Reads a matrix of float32 without the rows of buckets that are zeros, as most are in models that were trained with few threads. A chunk is
 * looked through while the next one is read. State: the rows that are kept, and two chunks; memory is reserved for all rows, but pages
 * that nothing is written to are not taken.
 * @throws SyntaxError if a number is not finite, or the file ends before the matrix
 */
export async function readUsedRows(reader: ByteReader, name: string, shape: Shape): Promise<UsedRows> {
  const { columns, rows } = shape;
  const rowBytes = 4 * columns;
  const most = Math.ceil(CHUNK_BYTES / rowBytes);
  const start = reader.position;
  const chunks = [new Int32Array(most * columns), new Int32Array(most * columns)] as const;
  const read = async (row: number, chunk: Int32Array<ArrayBuffer>) => {
    const length = rowBytes * Math.min(most, rows - row);
    const into = new Uint8Array(chunk.buffer, 0, length);
    if ((await readFullyAsync(reader.handle, into, start + row * rowBytes)) < length) throw reader.cut();
    return chunk;
  };
  const kept = new KeptRows(shape);
  let under = read(0, chunks[0]);
  for (let row = 0, turn = 1; row < rows; row += most, turn++) {
    const chunk = await under;
    const end = Math.min(row + most, rows);
    under = read(end, chunks[turn % 2]!);
    const odd = kept.add(chunk, row, end);
    if (odd < 0) continue;
    const value = new Float32Array(chunk.buffer)[odd];
    const place = row + Math.floor(odd / columns);
    throw reader.fault(`numbers must be finite, got ${value} in row ${place} of the ${name}`);
  }
  await under;
  reader.skipTo(start + rows * rowBytes);
  return kept;
}

class KeptRows implements UsedRows {
  readonly #columns: number;
  readonly #words: number;
  readonly #bits: Int32Array<ArrayBuffer>;
  readonly #buckets: Uint32Array;
  #length = 0;
  #found = 0;

  constructor({ columns, rows, words }: Shape) {
    this.#columns = columns;
    this.#words = words;
    this.#bits = new Int32Array(rows * columns);
    this.#buckets = new Uint32Array(rows - words);
  }

  get values(): Float32Array {
    return new Float32Array(this.#bits.buffer, 0, this.#length);
  }

  get buckets(): Uint32Array {
    return this.#buckets.slice(0, this.#found);
  }

  /** Takes the rows `from` .. `to` - 1 out of a chunk that begins with them, and tells where in it a number is not finite, or -1. */
  add(chunk: Int32Array, from: number, to: number): number {
    const columns = this.#columns;
    const end = (to - from) * columns;
    let odd = -1;
    let start = 0; // of rows that are kept
    for (let row = from, at = 0; row < to; row++, at += columns) {
      if (row < this.#words) continue;
      if (isZeros(chunk, at, at + columns)) {
        odd = Math.max(odd, this.#append(chunk, start, at));
        start = at + columns;
      } else this.#buckets[this.#found++] = row - this.#words;
    }
    return Math.max(odd, this.#append(chunk, start, end));
  }

  /** Tells where a number is not finite, or -1. */
  #append(chunk: Int32Array, start: number, end: number): number {
    if (start === end) return -1;
    this.#bits.set(chunk.subarray(start, end), this.#length);
    this.#length += end - start;
    return lastOdd(chunk, start, end);
  }
}

function isZeros(bits: Int32Array, from: number, to: number): boolean {
  let at = from;
  for (; at + 4 <= to; at += 4) if ((bits[at]! | bits[at + 1]! | bits[at + 2]! | bits[at + 3]!) !== 0) return false;
  for (; at < to; at++) if (bits[at] !== 0) return false;
  return true;
}

function lastOdd(bits: Int32Array, from: number, to: number): number {
  let carried = 0;
  let at = from;
  for (; at + 4 <= to; at += 4)
    carried |= overflow(bits[at]!) | overflow(bits[at + 1]!) | overflow(bits[at + 2]!) | overflow(bits[at + 3]!);
  for (; at < to; at++) carried |= overflow(bits[at]!);
  return carried >= 0 ? -1 : from + bits.subarray(from, to).findLastIndex((each) => (each & EXPONENT) === EXPONENT);
}

/** Below 0 for infinities and what is no number. */
const overflow = (bits: number): number => ((bits & EXPONENT) + LAST_BIT) | 0;
