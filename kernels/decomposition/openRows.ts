import type { RowBatch } from "./subspace.js";

/** Puts cells that come row by row together as batches of whole rows, rows without a cell among them. State: the rows that were not taken. */
export class OpenRows {
  #terms = new Uint32Array(1024);
  #values = new Float64Array(1024);
  #cells = 0;
  /** Where each open row begins; the last one goes on. */
  #starts: number[] = [];
  #first = 0;

  get cells(): number {
    return this.#cells;
  }

  /** Rows ascend; a value of 0 is no cell. */
  add(row: number, term: number, value: number): void {
    while (this.#first + this.#starts.length <= row) this.#starts.push(this.#cells);
    if (value === 0) return;
    if (this.#cells === this.#terms.length) this.#grow();
    this.#terms[this.#cells] = term;
    this.#values[this.#cells++] = value;
  }

  /** All rows before the one that goes on. */
  take(): RowBatch {
    const last = this.#starts.length - 1;
    const end = this.#starts[last] ?? 0;
    const batch = this.#batch(Math.max(0, last), end);
    this.#terms.copyWithin(0, end, this.#cells);
    this.#values.copyWithin(0, end, this.#cells);
    this.#cells -= end;
    this.#first += Math.max(0, last);
    this.#starts = last < 0 ? [] : [0];
    return batch;
  }

  /** What is left, up to the number of rows that there are. */
  finish(rows: number): RowBatch {
    while (this.#first + this.#starts.length < rows) this.#starts.push(this.#cells);
    return this.#batch(this.#starts.length, this.#cells);
  }

  #batch(rows: number, end: number): RowBatch {
    const offsets = Uint32Array.from([...this.#starts.slice(0, rows), end]);
    return { offsets, terms: this.#terms.slice(0, end), values: this.#values.slice(0, end) };
  }

  #grow(): void {
    const [terms, values] = [this.#terms, this.#values];
    this.#terms = new Uint32Array(2 * terms.length);
    this.#values = new Float64Array(2 * terms.length);
    this.#terms.set(terms);
    this.#values.set(values);
  }
}
