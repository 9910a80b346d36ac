import type { SequenceRow } from "./sequenceRow.js";

/** Rows that wait, first in, first out. To take one from the front of a long array moves all the others; this moves each about once. */
export class RowQueue {
  #rows: SequenceRow[] = [];
  #taken = 0;

  get length(): number {
    return this.#rows.length - this.#taken;
  }

  push(rows: readonly SequenceRow[]): void {
    for (const row of rows) this.#rows.push(row);
  }

  take(): SequenceRow | undefined {
    const row = this.#rows[this.#taken];
    if (row) this.#taken++;
    if (this.#taken * 2 >= this.#rows.length) {
      this.#rows = this.#rows.slice(this.#taken);
      this.#taken = 0;
    }
    return row;
  }

  get rows(): SequenceRow[] {
    return this.#rows.slice(this.#taken);
  }
}
