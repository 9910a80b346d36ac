import { type CellRun, emptyRun } from "./cellRun.js";

const firstCells = 4096;

/**
 * Takes cells in any order and gives them in order, by counting sorts. Cells whose columns already ascend within their row, such as
 * those of a triangle that is being mirrored, need only the one by row.
 * State: 20 bytes per cell (24 while both are sorted by), 4 per term.
 */
export class CellBuffer {
  readonly #capacity: number;
  readonly #terms: number;
  readonly #columnsAscend: boolean;
  #cells = emptyRun(firstCells);
  #length = 0;
  #order: Uint32Array | undefined;

  constructor(capacity: number, terms: number, { columnsAscend }: { readonly columnsAscend: boolean }) {
    this.#capacity = capacity;
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
    if (this.#length === this.#cells.row.length) this.#grow();
    this.#order = undefined;
    const at = this.#length++;
    this.#cells.row[at] = row;
    this.#cells.column[at] = column;
    this.#cells.units[at] = units;
  }

  /** The cells in order, at most `most` at once. */
  *runs(most: number): Generator<CellRun> {
    this.#order ??= this.#sort();
    const { row, column, units } = this.#cells;
    const run = emptyRun(Math.min(most, this.#length));
    for (let from = 0; from < this.#length; from += most) {
      const length = Math.min(most, this.#length - from);
      for (let i = 0; i < length; i++) {
        const at = this.#order[from + i]!;
        run.row[i] = row[at]!;
        run.column[i] = column[at]!;
        run.units[i] = units[at]!;
      }
      yield { ...run, length };
    }
  }

  clear(): void {
    this.#length = 0;
  }

  #sort(): Uint32Array {
    const { row, column } = this.#cells;
    const byColumn = this.#columnsAscend ? undefined : this.#countingSort(column);
    return this.#countingSort(row, byColumn);
  }

  /** The places of the cells by ascending key; equal keys stay in the order given. */
  #countingSort(keys: Uint32Array, given?: Uint32Array): Uint32Array {
    const next = new Uint32Array(this.#terms + 1);
    for (let i = 0; i < this.#length; i++) next[keys[i]! + 1]!++;
    for (let key = 0; key < this.#terms; key++) next[key + 1]! += next[key]!;
    const order = new Uint32Array(this.#length);
    for (let i = 0; i < this.#length; i++) {
      const at = given ? given[i]! : i;
      order[next[keys[at]!]!++] = at;
    }
    return order;
  }

  #grow(): void {
    const grown = emptyRun(Math.min(this.#capacity, 2 * this.#cells.row.length));
    grown.row.set(this.#cells.row);
    grown.column.set(this.#cells.column);
    grown.units.set(this.#cells.units);
    this.#cells = grown;
  }
}
