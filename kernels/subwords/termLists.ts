import type { BagLists } from "../linear/bagLists.js";

/** The rows of each term: its own, and those of its subwords. State: 4 bytes a row in a list. */
export class TermLists {
  #offsets = new Uint32Array(1024);
  #entries = new Uint32Array(16_384);
  #count = 0;
  readonly #changed = new Map<number, Uint32Array>();
  /** Rows in the longest list. */
  longest = 1;

  /** Adds the list of the next term. */
  push(rows: readonly number[]): void {
    const end = this.#offsets[this.#count]! + rows.length;
    this.#offsets = withRoom(this.#offsets, this.#count + 2);
    this.#entries = withRoom(this.#entries, end);
    this.#entries.set(rows, this.#offsets[this.#count]);
    this.#offsets[++this.#count] = end;
    this.longest = Math.max(this.longest, rows.length);
  }

  /** Another term has the place from now on. */
  replace(term: number, rows: readonly number[]): void {
    this.#changed.set(term, Uint32Array.from(rows));
  }

  of(term: number): Uint32Array {
    return this.#changed.get(term) ?? this.#entries.subarray(this.#offsets[term], this.#offsets[term + 1]);
  }

  /** As they were pushed. */
  get pushed(): BagLists {
    const offsets = this.#offsets.subarray(0, this.#count + 1);
    return { offsets, entries: this.#entries.subarray(0, offsets.at(-1)) };
  }
}

function withRoom(array: Uint32Array<ArrayBuffer>, length: number): Uint32Array<ArrayBuffer> {
  if (length <= array.length) return array;
  const grown = new Uint32Array(2 * length);
  grown.set(array);
  return grown;
}
