/**
 * Cells cut into tiles: a block of terms as rows by a block of terms as columns. Trained tile by tile, the rows of both blocks
 * stay in the cache, and tiles that share no block can be trained at the same time with the same result as one after the other.
 */
import type { CooccurrenceBatch, FinalCooccurrence } from "../../schemas/index.js";
import { type RandomStream, randomStream } from "../numbers/random.js";
import { shuffled } from "../numbers/shuffle.js";
import { growTo, type WasmMemory } from "../numbers/webAssembly.js";

/** Terms a block: rows of 100 numbers and their squares for two blocks take 0.8 MB, a share of most second-level caches. */
const BLOCK = 512;
/** The order of tiles takes 16 bytes each in every thread; with more terms than fill so many blocks, blocks grow. */
const MOST_BLOCKS = 2048;

/** Threads that find work at the same time where blocks are enough, and the tiles of a strip at most: beyond, little is left to be gained. */
const STRIPS = 16;
const MOST_TILES = 8;

/** Where the cells of each tile lie, for B blocks of terms; in shared memory. */
export interface GloveTiles {
  readonly blocks: number;
  /** Terms a block; the last may have fewer. */
  readonly size: number;
  /** First cell of each tile, and the end of the last (B * B + 1,). */
  readonly starts: Float64Array;
}

/** Keeps cells, two numbers each: row in its tile << 16 | column in its tile, then the bits of ln x as float32. */
export interface CellStore {
  /** Adds cells behind those it has. */
  append(cells: Uint32Array): void;
  /** Copies cells from number `first` on, as many as `into` has room for. */
  read(first: number, into: Uint32Array): void;
}

/** Cells in shared memory, 8 N bytes. */
export class MemoryCells implements CellStore {
  #end = 0;

  constructor(readonly cells: Uint32Array) {}

  append(cells: Uint32Array): void {
    this.cells.set(cells, this.#end);
    this.#end += cells.length;
  }

  read(first: number, into: Uint32Array): void {
    into.set(this.cells.subarray(2 * first, 2 * first + into.length));
  }
}

/** What `kernels/assembly/gloveTiles.ts` exports. */
export interface GloveTilesKernel {
  readonly chunksEnd: { readonly value: number };
  startChunks(at: number): void;
  logarithms(weights: number, count: number, out: number): number;
  place(
    rows: number,
    columns: number,
    logs: number,
    from: number,
    count: number,
    firstRow: number,
    size: number,
    terms: number,
    tiles: number,
  ): number;
  shuffledCells(tile: number, out: number, first: number, key0: number, key1: number): number;
}

/** Memory that a kernel works in, which grows from `room` on as far as it has to; what lies there is written over. */
export interface TilesRoom {
  readonly kernel: GloveTilesKernel;
  readonly memory: WasmMemory;
  readonly room: number;
}

/**
 * Reads a table into a store, tile by tile, the cells of a tile in shuffled order.
 * State: while it reads, 8 bytes for each cell of one block of rows, up to 8 KiB for each block of columns, and one tile.
 * @throws RangeError if a weight is not finite and > 0, or cells are not in order of their rows with ids below V
 */
export async function readTiles(
  table: FinalCooccurrence,
  seed: number,
  store: CellStore,
  where: TilesRoom,
): Promise<GloveTiles> {
  const terms = table.vocabulary.terms.length;
  const size = Math.max(BLOCK, Math.ceil(terms / MOST_BLOCKS));
  const blocks = Math.ceil(terms / size);
  const starts = new Float64Array(new SharedArrayBuffer(8 * (blocks * blocks + 1)));
  const block = new RowBlock(terms, size, where);
  const random = randomStream(seed, "glove.cells");
  let [rowBlock, cells] = [0, 0];

  function finishBlock(): void {
    for (let column = 0; column < blocks; column++) {
      cells += block.addTile(column, cells, random, store);
      starts[rowBlock * blocks + column + 1] = cells;
    }
    block.clear(store);
    rowBlock++;
  }

  for await (const batch of table.batches({ reuse: true })) {
    for (let start = 0; start < batch.row.length; start += PIECE) {
      const length = block.load(batch, start);
      for (let from = 0; ; finishBlock()) {
        from = block.place(from, rowBlock * size);
        if (from === length) break;
        if (rowBlock === blocks - 1) throw block.misplaced(batch, start + from);
      }
    }
  }
  while (rowBlock < blocks) finishBlock();
  return { blocks, size, starts };
}

/** Cells that the kernel is given at a time: 20 bytes each, within a second-level cache. */
const PIECE = 4096;
/** Bytes of a chunk, of which the first 8 say where the next one is. */
const CHUNK = 8192;
/** Shuffled cells are handed to a store once they are so many bytes. */
const WAITING = 2 ** 18;

/** The cells of one block of rows by their tiles, each in chunks of memory that the next block uses again. */
class RowBlock {
  readonly #where: TilesRoom;
  readonly #terms: number;
  readonly #blocks: number;
  readonly #size: number;
  // where the kernel finds the cells of a piece, the tiles, and their chunks
  readonly #weights: number;
  readonly #rows: number;
  readonly #columns: number;
  readonly #logs: number;
  readonly #tiles: number;
  readonly #chunks: number;
  /** Cells of the piece. */
  #count = 0;
  /** Bytes of shuffled cells, behind the chunks. */
  #waiting = 0;

  constructor(terms: number, size: number, where: TilesRoom) {
    this.#where = where;
    this.#terms = terms;
    this.#blocks = Math.ceil(terms / size);
    this.#size = size;
    this.#weights = 16 * Math.ceil(where.room / 16);
    this.#rows = this.#weights + 8 * PIECE;
    this.#columns = this.#rows + 4 * PIECE;
    this.#logs = this.#columns + 4 * PIECE;
    this.#tiles = this.#logs + 4 * PIECE;
    this.#chunks = CHUNK * Math.ceil((this.#tiles + 8 * this.#blocks) / CHUNK);
    this.#startChunks();
  }

  /** Takes a piece of a batch over, from cell `start` on; tells its length. */
  load({ row, column, weight }: CooccurrenceBatch, start: number): number {
    const end = Math.min(start + PIECE, row.length);
    this.#count = end - start;
    const { kernel } = this.#where;
    const buffer = this.#grow(CHUNK * (this.#blocks + PIECE / 1000)); // each tile may need a chunk, and one more every 1,023 cells
    new Int32Array(buffer, this.#rows).set(row.subarray(start, end));
    new Int32Array(buffer, this.#columns).set(column.subarray(start, end));
    new Float64Array(buffer, this.#weights).set(weight.subarray(start, end));
    const broken = kernel.logarithms(this.#weights, this.#count, this.#logs);
    if (broken < 0) return this.#count;
    const at = start + broken;
    throw new RangeError(`glove: a weight must be finite and > 0, got ${weight[at]} at cell ${row[at]}, ${column[at]}`);
  }

  /** Puts cells of the piece into tiles, from number `from` on, up to the first outside of the block that begins with `firstRow`; tells its number. */
  place(from: number, firstRow: number): number {
    const { kernel } = this.#where;
    const [count, size, terms, tiles] = [this.#count, this.#size, this.#terms, this.#tiles];
    return kernel.place(this.#rows, this.#columns, this.#logs, from, count, firstRow, size, terms, tiles);
  }

  /** The error for a cell that belongs to no block from this one on. */
  misplaced({ row, column }: CooccurrenceBatch, cell: number): RangeError {
    const must = `cells must be sorted by row, with ids from 0 to ${this.#terms - 1}`;
    return new RangeError(`glove: ${must}, got cell ${row[cell]}, ${column[cell]}`);
  }

  /** Hands over the cells of a tile, of which `first` come before; tells how many they are. */
  addTile(column: number, first: number, { key0, key1 }: RandomStream, store: CellStore): number {
    const { kernel } = this.#where;
    this.#grow(this.#waiting + 8 * this.#size ** 2);
    const out = this.#chunksEnd + this.#waiting;
    const bytes = (kernel.shuffledCells(this.#tiles + 8 * column, out, first, key0, key1) - out) >>> 0;
    this.#waiting += bytes;
    if (this.#waiting >= WAITING) this.#flush(store);
    return bytes / 8;
  }

  /** Begins the next block. */
  clear(store: CellStore): void {
    this.#flush(store);
    this.#startChunks();
  }

  #startChunks(): void {
    this.#where.kernel.startChunks(this.#chunks);
    new Uint8Array(this.#grow(0), this.#tiles, 8 * this.#blocks).fill(0);
  }

  #flush(store: CellStore): void {
    store.append(new Uint32Array(this.#where.memory.buffer, this.#chunksEnd, this.#waiting / 4));
    this.#waiting = 0;
  }

  /** The memory, with so many bytes behind the chunks. */
  #grow(bytes: number): SharedArrayBuffer {
    const { memory } = this.#where;
    growTo(memory, this.#chunksEnd + bytes);
    return memory.buffer;
  }

  /** Addresses come from a kernel as signed numbers. */
  get #chunksEnd(): number {
    return this.#where.kernel.chunksEnd.value >>> 0;
  }
}

/**
 * The tiles of an epoch, round after round, in strips: tiles of one block of rows beside each other, which one thread trains one after the
 * other, so that the rows are still in its cache. Tiles without cells are left out. No two strips of a round share a row block or a column
 * block: round s pairs the i-th group of column blocks of one random order with the (i - s)-th row block of another. Within a round the
 * largest strips come first, so that threads end at about the same time.
 */
export function* gloveRounds({ blocks, starts }: GloveTiles, seed: number, epoch: number): Generator<Uint32Array[]> {
  const sizeOf = (tile: number) => starts[tile + 1]! - starts[tile]!;
  const cellsOf = (strip: Uint32Array) => strip.reduce((cells, tile) => cells + sizeOf(tile), 0);
  const rows = shuffled(blocks, randomStream(seed, "glove.rows", epoch));
  const columns = shuffled(blocks, randomStream(seed, "glove.columns", epoch));
  const width = Math.min(MOST_TILES, Math.max(1, Math.floor(blocks / STRIPS)));
  const groups = Array.from({ length: Math.ceil(blocks / width) }, (_, i) =>
    columns.subarray(i * width, (i + 1) * width),
  );
  for (let shift = 0; shift < blocks; shift++) {
    const strips = groups.map((group, i) => {
      const row = rows[(i - shift + blocks) % blocks]!;
      return group.map((column) => row * blocks + column).filter((tile) => sizeOf(tile) > 0);
    });
    yield strips.filter(({ length }) => length > 0).sort((a, b) => cellsOf(b) - cellsOf(a) || a[0]! - b[0]!);
  }
}
