/**
 * Cells cut into tiles: a block of terms as rows by a block of terms as columns. Trained tile by tile, the rows of both blocks
 * stay in the cache, and tiles that share no block can be trained at the same time with the same result as one after the other.
 */
import type { FinalCooccurrence } from "../schemas/index.js";
import { ln } from "./logarithm.js";
import { drawBelow, randomStream } from "./random.js";
import { shuffled } from "./shuffle.js";

const TILE_BITS = 9;
/** Rows of 100 numbers and their squares for two blocks of 512 terms take 0.8 MB: a share of most second-level caches. */
export const TILE_SIZE = 1 << TILE_BITS;

/** Everything lies in shared memory: (N) cells and (B, B) tiles for B blocks of terms. */
export interface GloveTiles {
  readonly blocks: number;
  /** First cell of each tile, and the end of the last (B * B + 1,). */
  readonly starts: Float64Array;
  /** Two numbers a cell (2 N,): row in its tile << 16 | column in its tile, then the bits of ln x as float32. */
  readonly cells: Uint32Array;
}

/**
 * Reads a table into tiles, the cells of a tile in shuffled order.
 * State: 8 N bytes, and while it reads 10 bytes for each cell of one block of rows.
 */
export async function readTiles(table: FinalCooccurrence, seed: number): Promise<GloveTiles> {
  const blocks = Math.ceil(table.vocabulary.terms.length / TILE_SIZE);
  const starts = new Float64Array(new SharedArrayBuffer(8 * (blocks * blocks + 1)));
  const cells = new Uint32Array(new SharedArrayBuffer(8 * table.length));
  const block = new RowBlock(blocks);
  const logOf = logarithmsOf(table.metadata.unitsPerCount);
  const random = randomStream(seed, "glove.cells");
  let rowBlock = 0;
  let written = 0;

  function finishBlock(): void {
    block.place(cells, written, starts.subarray(rowBlock * blocks, (rowBlock + 1) * blocks + 1));
    for (let tile = rowBlock * blocks; tile < (rowBlock + 1) * blocks; tile++) {
      shuffleCells(cells, starts[tile]!, starts[tile + 1]!, random);
    }
    written += block.length;
    block.clear();
    rowBlock++;
  }

  for await (const { row, column, weight } of table.batches()) {
    for (let i = 0; i < row.length; i++) {
      while (row[i]! >= (rowBlock + 1) * TILE_SIZE) finishBlock();
      block.add(row[i]! % TILE_SIZE, column[i]!, logOf(weight[i]!));
    }
  }
  while (rowBlock < blocks) finishBlock();
  return { blocks, starts, cells };
}

/** The cells of one block of rows, before they are sorted into its tiles. */
class RowBlock {
  length = 0;
  #row = new Uint16Array(1 << 16);
  #column = new Uint32Array(1 << 16);
  #log = new Float32Array(1 << 16);

  constructor(readonly blocks: number) {}

  add(row: number, column: number, log: number): void {
    if (this.length === this.#row.length) this.#grow();
    this.#row[this.length] = row;
    this.#column[this.length] = column;
    this.#log[this.length++] = log;
  }

  clear(): void {
    this.length = 0;
  }

  /** Sorts the cells by tile into `cells` from cell `first` on, and notes where each tile starts and the last ends. */
  place(cells: Uint32Array, first: number, starts: Float64Array): void {
    const next = new Float64Array(this.blocks + 1);
    for (let i = 0; i < this.length; i++) next[(this.#column[i]! >>> TILE_BITS) + 1]!++;
    next[0] = first;
    for (let block = 0; block < this.blocks; block++) next[block + 1]! += next[block]!;
    starts.set(next);
    const bits = new Uint32Array(this.#log.buffer);
    for (let i = 0; i < this.length; i++) {
      const column = this.#column[i]!;
      const at = 2 * next[column >>> TILE_BITS]!++;
      cells[at] = (this.#row[i]! << 16) | (column % TILE_SIZE);
      cells[at + 1] = bits[i]!;
    }
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

/** Fisher and Yates on the cells from `start` to `end`; the draw for a cell is its number in the table. */
function shuffleCells(cells: Uint32Array, start: number, end: number, random: ReturnType<typeof randomStream>): void {
  for (let i = end - 1; i > start; i--) {
    const j = start + drawBelow(random, i, i - start + 1);
    const place = cells[2 * i]!;
    const log = cells[2 * i + 1]!;
    cells[2 * i] = cells[2 * j]!;
    cells[2 * i + 1] = cells[2 * j + 1]!;
    cells[2 * j] = place;
    cells[2 * j + 1] = log;
  }
}

/** ln of a weight. Weights are multiples of a unit and most are small ones, so the first 2^16 multiples are kept. */
function logarithmsOf(unitsPerCount: number): (weight: number) => number {
  const known = new Float64Array(1 << 16).fill(Number.NaN);
  return (weight) => {
    const units = Math.round(weight * unitsPerCount);
    if (units >= known.length || units / unitsPerCount !== weight) return ln(weight);
    if (Number.isNaN(known[units])) known[units] = ln(weight);
    return known[units]!;
  };
}

/**
 * The tiles of an epoch, round after round, those without cells left out. No two tiles of a round share a row block or a column
 * block: round s pairs the i-th row block of one random order with the (i + s)-th column block of another. Within a round the largest
 * come first, so that threads end at about the same time. When `disjoint` is false, all tiles in random order are one round.
 */
export function* gloveRounds(
  { blocks, starts }: Pick<GloveTiles, "blocks" | "starts">,
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
