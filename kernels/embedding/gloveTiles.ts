/**
 * Cells cut into tiles: a block of terms as rows by a block of terms as columns. Trained tile by tile, the rows of both blocks
 * stay in the cache, and tiles that share no block can be trained at the same time with the same result as one after the other.
 */
import type { CooccurrenceBatch, FinalCooccurrence } from "../../schemas/index.js";
import { ln } from "../numbers/logarithm.js";
import { drawBelow, type RandomStream, randomStream } from "../numbers/random.js";
import { shuffled } from "../numbers/shuffle.js";

/** Terms a block: rows of 100 numbers and their squares for two blocks take 0.8 MB, a share of most second-level caches. */
const BLOCK = 512;
/** The order of tiles takes 16 bytes each in every thread; with more terms than fill so many blocks, blocks grow. */
const MOST_BLOCKS = 2048;

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

/**
 * Reads a table into a store, tile by tile, the cells of a tile in shuffled order.
 * State: while it reads, 8 bytes for each cell of one block of rows, up to 8 KiB for each block of columns, and one tile; as far as there is
 * room in `lent`, which is written over, they lie there.
 */
export async function readTiles(
  table: FinalCooccurrence,
  seed: number,
  store: CellStore,
  lent: Uint32Array = new Uint32Array(0),
): Promise<GloveTiles> {
  const terms = table.vocabulary.terms.length;
  const size = Math.max(BLOCK, Math.ceil(terms / MOST_BLOCKS));
  const blocks = Math.ceil(terms / size);
  const starts = new Float64Array(new SharedArrayBuffer(8 * (blocks * blocks + 1)));
  const block = new RowBlock(blocks, size, lent);
  const written = new TileWriter(store, randomStream(seed, "glove.cells"));
  let rowBlock = 0;

  function finishBlock(): void {
    for (let column = 0; column < blocks; column++) {
      written.add(block.cellsOf(column), block.chunksOf(column));
      starts[rowBlock * blocks + column + 1] = written.cells;
    }
    block.clear();
    rowBlock++;
  }

  for await (const batch of table.batches({ reuse: true })) {
    const { length } = batch.row;
    for (let from = 0; ; finishBlock()) {
      from = block.take(batch, from, rowBlock * size);
      if (from === length) break;
    }
  }
  while (rowBlock < blocks) finishBlock();
  written.flush();
  return { blocks, size, starts };
}

const CHUNK = 1024;

/** The cells of one block of rows by their tiles, each in chunks of memory that the next block uses again. */
class RowBlock {
  readonly #size: number;
  readonly #logarithms = new WeightLogarithms();
  readonly #chunks: Uint32Array[][];
  /** Cells in each tile. */
  readonly #cells: Uint32Array;
  readonly #unused: Uint32Array[] = [];
  readonly #lent: Uint32Array;
  #lentEnd = 0;

  constructor(blocks: number, size: number, lent: Uint32Array) {
    this.#size = size;
    this.#lent = lent;
    this.#chunks = Array.from({ length: blocks }, () => []);
    this.#cells = new Uint32Array(blocks);
  }

  cellsOf(column: number): number {
    return this.#cells[column]!;
  }

  /** All of them full but the last. */
  chunksOf(column: number): readonly Uint32Array[] {
    return this.#chunks[column]!;
  }

  /** Takes cells from number `from` on, up to the first of another block of rows than that which begins with `firstRow`; tells its number. */
  take({ row, column, weight }: CooccurrenceBatch, from: number, firstRow: number): number {
    const [size, cells, logarithms] = [this.#size, this.#cells, this.#logarithms];
    const endRow = firstRow + size;
    let [tile, firstColumn] = [0, 0];
    let chunk: Uint32Array | undefined;
    let i = from;
    for (; i < row.length && row[i]! < endRow; i++) {
      const place = column[i]! - firstColumn;
      if (!chunk || place < 0 || place >= size) {
        tile = Math.floor(column[i]! / size);
        firstColumn = tile * size;
        chunk = this.#chunks[tile]!.at(-1);
      }
      const at = cells[tile]!++ % CHUNK;
      if (at === 0) chunk = this.#addChunk(tile);
      chunk![2 * at] = ((row[i]! - firstRow) << 16) | (column[i]! - firstColumn);
      chunk![2 * at + 1] = logarithms.bitsOf(weight[i]!, row[i]!, column[i]!);
    }
    return i;
  }

  clear(): void {
    for (const chunks of this.#chunks) this.#unused.push(...chunks.splice(0));
    this.#cells.fill(0);
  }

  #addChunk(tile: number): Uint32Array {
    const chunk = this.#unused.pop() ?? this.#lend() ?? new Uint32Array(2 * CHUNK);
    this.#chunks[tile]!.push(chunk);
    return chunk;
  }

  #lend(): Uint32Array | undefined {
    const end = this.#lentEnd + 2 * CHUNK;
    if (end > this.#lent.length) return undefined;
    const chunk = this.#lent.subarray(this.#lentEnd, end);
    this.#lentEnd = end;
    return chunk;
  }
}

/** Shuffles tiles and hands them to a store, many small ones at once. */
class TileWriter {
  readonly #store: CellStore;
  readonly #random: RandomStream;
  #waiting = new Uint32Array(1 << 16);
  #length = 0;
  /** Added so far. */
  cells = 0;

  constructor(store: CellStore, random: RandomStream) {
    this.#store = store;
    this.#random = random;
  }

  add(cells: number, chunks: readonly Uint32Array[]): void {
    const numbers = 2 * cells;
    if (this.#length + numbers > this.#waiting.length) this.flush();
    if (numbers > this.#waiting.length) this.#waiting = new Uint32Array(numbers);
    const tile = this.#waiting.subarray(this.#length, this.#length + numbers);
    chunks.forEach((chunk, k) => {
      tile.set(chunk.subarray(0, Math.min(2 * CHUNK, numbers - 2 * CHUNK * k)), 2 * CHUNK * k);
    });
    shuffleCells(tile, this.cells, this.#random);
    this.#length += numbers;
    this.cells += cells;
  }

  flush(): void {
    this.#store.append(this.#waiting.subarray(0, this.#length));
    this.#length = 0;
  }
}

/** Fisher and Yates; the draw for a cell is its number among all, `first` + i. */
function shuffleCells(cells: Uint32Array, first: number, random: RandomStream): void {
  for (let i = cells.length / 2 - 1; i > 0; i--) {
    const j = drawBelow(random, first + i, i + 1);
    const place = cells[2 * i]!;
    const log = cells[2 * i + 1]!;
    cells[2 * i] = cells[2 * j]!;
    cells[2 * i + 1] = cells[2 * j + 1]!;
    cells[2 * j] = place;
    cells[2 * j + 1] = log;
  }
}

/** ln of weights in single precision. Most weights are sums of few 1/distance and come again and again, so the last one of each slot is kept. */
class WeightLogarithms {
  readonly #slots = 1 << 16;
  readonly #weights = new Float64Array(this.#slots).fill(Number.NaN);
  readonly #logarithms = new Float32Array(this.#slots);
  readonly #bits = new Uint32Array(this.#logarithms.buffer);

  bitsOf(weight: number, row: number, column: number): number {
    const slot = (weight * 360_360) & (this.#slots - 1); // lcm(1..15): a whole number for windows of up to 15
    if (this.#weights[slot] !== weight) {
      if (!(weight > 0 && weight < Number.POSITIVE_INFINITY))
        throw new RangeError(`glove: a weight must be finite and > 0, got ${weight} at cell ${row}, ${column}`);
      this.#weights[slot] = weight;
      this.#logarithms[slot] = ln(weight);
    }
    return this.#bits[slot]!;
  }
}

/**
 * The tiles of an epoch, round after round, those without cells left out. No two tiles of a round share a row block or a column
 * block: round s pairs the i-th row block of one random order with the (i + s)-th column block of another. Within a round the largest
 * come first, so that threads end at about the same time. When `disjoint` is false, all tiles in random order are one round.
 */
export function* gloveRounds(
  { blocks, starts }: GloveTiles,
  seed: number,
  epoch: number,
  disjoint: boolean,
): Generator<Uint32Array> {
  const sizeOf = (tile: number) => starts[tile + 1]! - starts[tile]!;
  if (!disjoint) {
    yield shuffled(blocks * blocks, randomStream(seed, "glove.tiles", epoch)).filter((tile) => sizeOf(tile) > 0);
    return;
  }
  const rows = shuffled(blocks, randomStream(seed, "glove.rows", epoch));
  const columns = shuffled(blocks, randomStream(seed, "glove.columns", epoch));
  for (let shift = 0; shift < blocks; shift++) {
    const tiles = rows.map((row, i) => row * blocks + columns[(i + shift) % blocks]!);
    yield tiles.filter((tile) => sizeOf(tile) > 0).sort((a, b) => sizeOf(b) - sizeOf(a) || a - b);
  }
}
