import { type CellRun, emptyRun } from "./cellRun.js";

const firstCells = 4096;
const mostCells = 2 ** 28;

/**
 * Takes cells in any order and gives them in order, by counting sorts. Cells whose columns already ascend within their row, such as
 * those of a triangle that is being mirrored, need only the one by row.
 * State: 20 bytes per cell (24 while both are sorted by), 4 per term.
 */
export class CellBuffer {
  readonly #capacity: number;
  readonly #terms: number;
  readonly #columnsAscend: boolean;
  #cells = room(firstCells);
  #length = 0;
  #order: Uint32Array | undefined;

  constructor(capacity: number, terms: number, { columnsAscend }: { readonly columnsAscend: boolean }) {
    this.#capacity = Math.min(capacity, mostCells);
    this.#terms = terms;
    this.#columnsAscend = columnsAscend;
  }

  get length(): number {
    return this.#length;
  }

  get isFull(): boolean {
    return this.#length === this.#capacity;
  }

  /** Only while it is not full. */
  push(row: number, column: number, units: number): void {
    if (this.#length === this.#cells.room) this.#grow();
    this.#order = undefined;
    const at = this.#length++;
    this.#cells.places[4 * at] = row;
    this.#cells.places[4 * at + 1] = column;
    this.#cells.units[2 * at + 1] = units;
  }

  /** The cells in order, at most `most` at once. */
  *runs(most: number): Generator<CellRun> {
    this.#order ??= this.#sort();
    const { places, units } = this.#cells;
    const run = emptyRun(Math.min(most, this.#length));
    for (let from = 0; from < this.#length; from += most) {
      const length = Math.min(most, this.#length - from);
      for (let i = 0; i < length; i++) {
        const at = this.#order[from + i]!;
        run.row[i] = places[4 * at]!;
        run.column[i] = places[4 * at + 1]!;
        run.units[i] = units[2 * at + 1]!;
      }
      yield { ...run, length };
    }
  }

  clear(): void {
    this.#length = 0;
  }

  #sort(): Uint32Array {
    const byColumn = this.#columnsAscend ? undefined : this.#countingSort(1);
    return this.#countingSort(0, byColumn);
  }

  /** The cells by ascending row (0) or column (1); equal ones stay in the order given. */
  #countingSort(key: 0 | 1, given?: Uint32Array): Uint32Array {
    const { places } = this.#cells;
    const next = new Uint32Array(this.#terms + 1);
    for (let i = 0; i < this.#length; i++) next[places[4 * i + key]! + 1]!++;
    for (let term = 0; term < this.#terms; term++) next[term + 1]! += next[term]!;
    const order = new Uint32Array(this.#length);
    for (let i = 0; i < this.#length; i++) {
      const at = given ? given[i]! : i;
      order[next[places[4 * at + key]!]!++] = at;
    }
    return order;
  }

  #grow(): void {
    const grown = room(Math.min(this.#capacity, 2 * this.#cells.room));
    grown.places.set(this.#cells.places);
    this.#cells = grown;
  }
}

/** Cells of 16 bytes, so that all of one is read at once: row and column as 32-bit words 0 and 1, units as the second double. */
function room(cells: number): { room: number; places: Uint32Array; units: Float64Array } {
  const bytes = new ArrayBuffer(16 * cells);
  return { room: cells, places: new Uint32Array(bytes), units: new Float64Array(bytes) };
}
