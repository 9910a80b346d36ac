import { sharedMemory, type WasmMemory } from "../numbers/webAssembly.js";
import type { RowBatch } from "./subspace.js";

/** Columns of a block of `kernels/assembly/subspace.ts`. */
export const BLOCK = 32;
/** Rows of A whose products are made at a time; sums do not depend on how A is read, since stretches begin at its first row. */
export const STRETCH = 4096;

const MOST_BYTES = 2 ** 32;
const LINE = 64;

/** What `kernels/assembly/subspace.ts` exports; the last two arguments are the thread and the number of threads. */
export type SubspaceCall = "shifted" | "accumulate" | "products" | "gram" | "transform";
export type SubspaceKernel = Readonly<Record<SubspaceCall, (...args: number[]) => void>> & { fuses(x: number): number };

/** Where rows of A lie: their offsets and their cells, 8 bytes each. */
export interface RowPlace {
  readonly offsets: number;
  readonly cells: number;
}

/** Addresses, in bytes. */
export interface SubspaceLayout {
  /** Rows of X in memory: V, rounded up. */
  readonly rows: number;
  readonly blocks: number;
  readonly blockBytes: number;
  /** X, and what becomes of it. */
  readonly tall: readonly [number, number];
  /** A X of one stretch. */
  readonly products: number;
  readonly productBytes: number;
  readonly gram: number;
  readonly transform: number;
  readonly scratch: number;
  /** All rows of A, or two stretches in turn. */
  readonly places: readonly RowPlace[];
  readonly bytes: number;
}

/** Whether all rows of A have room in so many bytes. */
export const fitsRows = (rows: number, cells: number, bytes: number): boolean => 8 * cells + 4 * (rows + 1) <= bytes;

/** Room for all rows of A, or for two stretches in turn, of which the fullest has so many cells. */
export function rowRoom(fits: boolean, rows: number, cells: number): SubspaceRoom["places"] {
  const place = { rows: fits ? rows : STRETCH, cells };
  return fits ? [place] : [place, place];
}

/** Columns of the tall matrices for so many vectors. */
export const subspaceWidth = (vectors: number): number => Math.ceil(vectors / BLOCK) * BLOCK;

/** Threads that have something to do at so many columns. */
export const subspaceThreads = (workers: number, width: number): number => Math.min(workers, (2 * width) / BLOCK);

export interface SubspaceRoom {
  readonly columns: number;
  readonly width: number;
  readonly threads: number;
  /** Rows and cells that each place has room for. */
  readonly places: readonly { readonly rows: number; readonly cells: number }[];
}

/**
 * Bytes: 8 V m, 12 for each cell of m x m, 4 x 4096 m, and the places.
 * @throws RangeError if they are more than 4 GiB
 */
export function subspaceLayout(who: string, { columns, width, threads, places }: SubspaceRoom): SubspaceLayout {
  let end = LINE; // no address is 0
  const take = (bytes: number) => {
    const at = end;
    end += Math.ceil(bytes / LINE) * LINE;
    return at;
  };
  const rows = Math.ceil(columns / 4) * 4;
  const blocks = width / BLOCK;
  const [blockBytes, productBytes] = [rows * BLOCK * 4, STRETCH * BLOCK * 4];
  const layout = {
    ...{ rows, blocks, blockBytes, productBytes },
    tall: [take(blocks * blockBytes), take(blocks * blockBytes)] as const,
    products: take(blocks * productBytes),
    gram: take(8 * width * width),
    transform: take(4 * width * width),
    scratch: take(16 * width * threads),
    places: places.map((room) => ({ offsets: take(4 * (room.rows + 1)), cells: take(8 * room.cells) })),
  };
  if (end > MOST_BYTES)
    throw new RangeError(
      `${who}: ${columns} terms x ${width} numbers, twice, and the cells in memory must take at most 4 GiB, got ${(end / 2 ** 30).toFixed(1)} GiB; lower rank or memory`,
    );
  return { ...layout, bytes: end };
}

/** Memory with the tall matrices, as the host sees it. */
export class SubspaceMemory {
  readonly memory: WasmMemory;
  readonly layout: SubspaceLayout;
  readonly #columns: number;
  readonly #width: number;

  constructor(who: string, room: SubspaceRoom) {
    this.layout = subspaceLayout(who, room);
    this.memory = sharedMemory(this.layout.bytes);
    this.#columns = room.columns;
    this.#width = room.width;
  }

  /** A tall matrix, row-major. */
  read(at: number): Float32Array {
    const values = new Float32Array(this.#columns * this.#width);
    this.#rows(at, (row, block) => values.set(row, block));
    return values;
  }

  write(at: number, values: Float32Array): void {
    this.#rows(at, (row, block) => row.set(values.subarray(block, block + BLOCK)));
  }

  #rows(at: number, visit: (row: Float32Array, place: number) => void): void {
    const { blocks, blockBytes } = this.layout;
    for (let block = 0; block < blocks; block++) {
      const all = new Float32Array(this.memory.buffer, at + block * blockBytes, this.#columns * BLOCK);
      for (let row = 0; row < this.#columns; row++)
        visit(all.subarray(row * BLOCK, (row + 1) * BLOCK), row * this.#width + block * BLOCK);
    }
  }

  /** The first columns of the first rows of A X, added to `out` from a row on. */
  readProducts(rows: number, columns: number, out: Float32Array, first: number): void {
    const { products, productBytes } = this.layout;
    for (let k = 0; k < columns; k++) {
      const at = products + Math.floor(k / BLOCK) * productBytes;
      const block = new Float32Array(this.memory.buffer, at, rows * BLOCK);
      for (let row = 0; row < rows; row++) out[(first + row) * columns + k] = block[row * BLOCK + (k % BLOCK)]!;
    }
  }

  /** As `transform` of the kernel reads it: by eight columns. */
  writeTransform(t: Float64Array): void {
    const width = this.#width;
    const packed = new Float32Array(this.memory.buffer, this.layout.transform, width * width);
    for (let column = 0; column < width; column++)
      for (let row = 0; row < width; row++)
        packed[(column >> 3) * 8 * width + row * 8 + (column & 7)] = t[row * width + column]!;
  }

  clearGram(): void {
    new Float64Array(this.memory.buffer, this.layout.gram, this.#width ** 2).fill(0);
  }

  /** The lower half was summed. */
  readGram(): Float64Array {
    const width = this.#width;
    const gram = new Float64Array(this.memory.buffer, this.layout.gram, width * width).slice();
    for (let i = 0; i < width; i++) for (let j = i + 1; j < width; j++) gram[i * width + j] = gram[j * width + i]!;
    return gram;
  }
}

/** Fills a place with rows, from its first. */
export class RowWriter {
  readonly #offsets: Uint32Array;
  readonly #terms: Uint32Array;
  readonly #values: Float32Array;
  rows = 0;

  constructor(
    { buffer }: WasmMemory,
    { offsets, cells }: RowPlace,
    room: { readonly rows: number; readonly cells: number },
  ) {
    this.#offsets = new Uint32Array(buffer, offsets, room.rows + 1);
    this.#terms = new Uint32Array(buffer, cells, 2 * room.cells);
    this.#values = new Float32Array(buffer, cells, 2 * room.cells);
  }

  clear(): void {
    this.rows = 0;
    this.#offsets[0] = 0;
  }

  add({ offsets, terms, values }: RowBatch, from: number, to: number): void {
    let at = this.#offsets[this.rows]!;
    for (let row = from; row < to; row++) {
      for (let cell = offsets[row]!; cell < offsets[row + 1]!; cell++, at++) {
        this.#terms[2 * at] = terms[cell]!;
        this.#values[2 * at + 1] = values[cell]!;
      }
      this.#offsets[++this.rows] = at;
    }
  }
}
