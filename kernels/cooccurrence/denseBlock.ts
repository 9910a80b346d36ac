import { type CellRun, emptyRun } from "./cellRun.js";

/** Cells of a region, and additions that wait for it: 128 kB and 16 kB, so that both are in the cache while they are added up. */
const regionBits = 14;
const waitingBits = 12;
const regionMask = 2 ** regionBits - 1;
const waitingMask = 2 ** waitingBits - 1;
const codeBits = 7;
const mostCells = 2 ** 30;

/** Bytes a cell takes, its share of what waits included. */
export const denseCellBytes = 8 + 4 * 2 ** (waitingBits - regionBits);

/** Rows of a table of so many terms, and of a symmetric one the upper triangle. */
export interface DenseRows {
  readonly terms: number;
  readonly firstRow: number;
  readonly endRow: number;
  readonly symmetric: boolean;
}

/**
 * Sums of the cells of frequent terms: row r has the columns below some width / (r + 1), and of a symmetric table those from r on.
 * An addition waits until there are enough for its region of the block, and then all are made at once: one by one, most would wait for
 * memory (propagation blocking: Beamer, Asanovic and Patterson 2017, "Reducing Pagerank Communication via Propagation Blocking").
 * State: `denseCellBytes` per cell, 8 bytes per term.
 */
export class DenseBlock {
  /** Column c of row r lies at cells[offset[r] + c], if c < width[r]. */
  readonly #offset: Int32Array;
  readonly #width: Int32Array;
  readonly #symmetric: boolean;
  readonly #cells: Float64Array;
  readonly #unitsOf: Float64Array;
  /** Records of place in the region and code, and for each region where its next one goes. */
  readonly #waiting: Uint32Array;
  readonly #next: Int32Array;

  /** `unitsOf` says what a code below 128 adds. */
  constructor(rows: DenseRows, cells: number, unitsOf: Float64Array) {
    const { offset, width, size } = denseShape(rows, Math.min(cells, mostCells));
    [this.#offset, this.#width, this.#symmetric] = [offset, width, rows.symmetric];
    this.#cells = new Float64Array(size);
    this.#unitsOf = unitsOf;
    const regions = Math.ceil(size / 2 ** regionBits);
    this.#waiting = new Uint32Array(regions * 2 ** waitingBits);
    this.#next = Int32Array.from({ length: regions }, (_, region) => region << waitingBits);
  }

  has(row: number, column: number): boolean {
    return column < this.#width[row]!;
  }

  /** Adds what a code stands for to a cell that the block has. */
  add(row: number, column: number, code: number): void {
    const at = this.#offset[row]! + column;
    const region = at >> regionBits;
    const next = this.#next[region]!;
    this.#waiting[next] = ((at & regionMask) << codeBits) | code;
    this.#next[region] = next + 1;
    if (((next + 1) & waitingMask) === 0) this.#addWaiting(region);
  }

  /** The sums that are not 0, in order, at most `most` at once. */
  *runs(most: number): Generator<CellRun> {
    this.#next.forEach((_, region) => {
      this.#addWaiting(region);
    });
    const run = emptyRun(most);
    let length = 0;
    for (let row = 0; row < this.#width.length; row++) {
      const offset = this.#offset[row]!;
      for (let column = this.#symmetric ? row : 0; column < this.#width[row]!; column++) {
        const units = this.#cells[offset + column]!;
        if (units === 0) continue;
        run.row[length] = row;
        run.column[length] = column;
        run.units[length] = units;
        if (++length < most) continue;
        yield { ...run, length };
        length = 0;
      }
    }
    if (length > 0) yield { ...run, length };
  }

  #addWaiting(region: number): void {
    const [cells, waiting, unitsOf] = [this.#cells, this.#waiting, this.#unitsOf];
    const first = region << regionBits;
    const start = region << waitingBits;
    const end = this.#next[region]!;
    for (let i = start; i < end; i++) {
      const record = waiting[i]!;
      cells[first + (record >>> codeBits)]! += unitsOf[record & (2 ** codeBits - 1)]!;
    }
    this.#next[region] = start;
  }
}

/** Row r, of those from firstRow to endRow, has the columns below product / (r + 1), with the largest product for which all of them find room. */
function denseShape({ terms, firstRow, endRow, symmetric }: DenseRows, cells: number) {
  const offset = new Int32Array(terms);
  const width = new Int32Array(terms);
  let [low, high] = [0, terms * terms];
  while (high - low > 0.5) {
    const product = (low + high) / 2;
    if (layOut(product) <= cells) low = product;
    else high = product;
  }
  return { offset, width, size: layOut(low) };

  function layOut(product: number): number {
    let size = 0;
    for (let row = firstRow; row < endRow; row++) {
      const first = symmetric ? row : 0;
      width[row] = Math.min(terms, Math.floor(product / (row + 1)));
      offset[row] = size - first;
      size += Math.max(0, width[row]! - first);
    }
    return size;
  }
}
