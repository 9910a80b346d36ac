/**
 * Cells cut into tiles: a block of terms as rows by a block of terms as columns. Trained tile by tile, the rows of both blocks
 * stay in the cache, and tiles that share no block can be trained at the same time with the same result as one after the other.
 */
import type { FinalCooccurrence } from "../../schemas/index.js";
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
 * State: while it reads, 18 bytes for each cell of one block of rows.
 */
export async function readTiles(table: FinalCooccurrence, seed: number, store: CellStore): Promise<GloveTiles> {
  const terms = table.vocabulary.terms.length;
  const size = Math.max(BLOCK, Math.ceil(terms / MOST_BLOCKS));
  const blocks = Math.ceil(terms / size);
  const starts = new Float64Array(new SharedArrayBuffer(8 * (blocks * blocks + 1)));
  const block = new RowBlock(blocks, size);
  const logOf = keptLogarithms();
  const random = randomStream(seed, "glove.cells");
  let rowBlock = 0;
  let written = 0;

  function finishBlock(): void {
    const { cells, ends } = block.byTile();
    let start = 0;
    ends.forEach((end, column) => {
      shuffleCells(cells, start, end, written, random);
      start = end;
      starts[rowBlock * blocks + column + 1] = written + end;
    });
    store.append(cells);
    written += block.length;
    block.clear();
    rowBlock++;
  }

  for await (const { row, column, weight } of table.batches()) {
    for (let i = 0; i < row.length; i++) {
      while (row[i]! >= (rowBlock + 1) * size) finishBlock();
      block.add(row[i]! - rowBlock * size, column[i]!, logOf(weight[i]!, row[i]!, column[i]!));
    }
  }
  while (rowBlock < blocks) finishBlock();
  return { blocks, size, starts };
}

/** The cells of one block of rows, before they are sorted into its tiles. */
class RowBlock {
  length = 0;
  #row = new Uint16Array(1 << 16);
  #column = new Uint32Array(1 << 16);
  #log = new Float32Array(1 << 16);

  constructor(
    readonly blocks: number,
    readonly size: number,
  ) {}

  add(row: number, column: number, log: number): void {
    if (this.length === this.#row.length) this.#grow();
    this.#row[this.length] = row;
    this.#column[this.length] = column;
    this.#log[this.length++] = log;
  }

  clear(): void {
    this.length = 0;
  }

  /** The cells sorted by tile, and where each tile ends. */
  byTile(): { readonly cells: Uint32Array; readonly ends: Float64Array } {
    const cells = new Uint32Array(2 * this.length);
    const next = new Float64Array(this.blocks);
    for (let i = 0; i < this.length; i++) next[Math.floor(this.#column[i]! / this.size)]!++;
    let start = 0;
    next.forEach((count, block) => {
      next[block] = start;
      start += count;
    });
    const bits = new Uint32Array(this.#log.buffer);
    for (let i = 0; i < this.length; i++) {
      const column = this.#column[i]!;
      const block = Math.floor(column / this.size);
      const at = 2 * next[block]!++;
      cells[at] = (this.#row[i]! << 16) | (column - block * this.size);
      cells[at + 1] = bits[i]!;
    }
    return { cells, ends: next };
  }

  #grow(): void {
    const longer = <A extends Uint16Array | Uint32Array | Float32Array>(longArray: A, array: A): A => {
      longArray.set(array);
      return longArray;
    };
    this.#row = longer(new Uint16Array(2 * this.length), this.#row);
    this.#column = longer(new Uint32Array(2 * this.length), this.#column);
    this.#log = longer(new Float32Array(2 * this.length), this.#log);
  }
}

/** Fisher and Yates on the cells from `start` to `end`; the draw for a cell is its number among all, `offset` + i. */
function shuffleCells(cells: Uint32Array, start: number, end: number, offset: number, random: RandomStream): void {
  for (let i = end - 1; i > start; i--) {
    const j = start + drawBelow(random, offset + i, i - start + 1);
    const place = cells[2 * i]!;
    const log = cells[2 * i + 1]!;
    cells[2 * i] = cells[2 * j]!;
    cells[2 * i + 1] = cells[2 * j + 1]!;
    cells[2 * j] = place;
    cells[2 * j + 1] = log;
  }
}

/** ln of a weight. Most weights are sums of few 1/distance and come again and again, so the last one of each slot is kept. */
function keptLogarithms(): (weight: number, row: number, column: number) => number {
  const slots = 1 << 16;
  const weights = new Float64Array(slots).fill(Number.NaN);
  const logs = new Float64Array(slots);
  return (weight, row, column) => {
    const slot = (weight * 360_360) & (slots - 1); // lcm(1..15): a whole number for windows of up to 15
    if (weights[slot] !== weight) {
      if (!(weight > 0 && weight < Number.POSITIVE_INFINITY)) {
        throw new RangeError(`glove: a weight must be finite and > 0, got ${weight} at cell ${row}, ${column}`);
      }
      weights[slot] = weight;
      logs[slot] = ln(weight);
    }
    return logs[slot]!;
  };
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
