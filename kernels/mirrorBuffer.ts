import { type CellRun, emptyRun } from "./cellRun.js";

const firstCells = 4096;

/**
 * The lower triangle of a symmetric table, made from the upper one: takes cells in order, and gives them with rows and columns
 * exchanged, in order again. A counting sort by the new row suffices, because the new columns are in order already.
 * State: 20 bytes per cell, 4 per term.
 */
export class MirrorBuffer {
  readonly #capacity: number;
  readonly #terms: number;
  #cells = emptyRun(firstCells);
  #length = 0;
  #order: Uint32Array | undefined;

  constructor(capacity: number, terms: number) {
    this.#capacity = capacity;
    this.#terms = terms;
  }

  get length(): number {
    return this.#length;
  }

  /** Takes in the cells of a run from `from` on, except those of the diagonal, and tells how far it came before it was full. */
  push({ row, column, units, length }: CellRun, from: number): number {
    this.#reserve(Math.min(this.#capacity, this.#length + length - from));
    this.#order = undefined;
    const cells = this.#cells;
    let i = from;
    for (; i < length; i++) {
      if (row[i] === column[i]) continue;
      if (this.#length === this.#capacity) break;
      cells.row[this.#length] = column[i]!;
      cells.column[this.#length] = row[i]!;
      cells.units[this.#length++] = units[i]!;
    }
    return i;
  }

  /** The cells in order, at most `most` at once. */
  *runs(most: number): Generator<CellRun> {
    this.#order ??= this.#sort();
    const { row, column, units } = this.#cells;
    for (let from = 0; from < this.#length; from += most) {
      const run = emptyRun(Math.min(most, this.#length - from));
      const length = run.row.length;
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
    const { row } = this.#cells;
    const next = new Uint32Array(this.#terms + 1);
    for (let i = 0; i < this.#length; i++) next[row[i]! + 1]!++;
    for (let r = 0; r < this.#terms; r++) next[r + 1]! += next[r]!;
    const order = new Uint32Array(this.#length);
    for (let i = 0; i < this.#length; i++) order[next[row[i]!]!++] = i;
    return order;
  }

  #reserve(cells: number): void {
    const room = this.#cells.row.length;
    if (cells <= room) return;
    const grown = emptyRun(Math.min(this.#capacity, Math.max(cells, 2 * room)));
    grown.row.set(this.#cells.row);
    grown.column.set(this.#cells.column);
    grown.units.set(this.#cells.units);
    this.#cells = grown;
  }
}
