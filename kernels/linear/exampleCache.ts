import type { StageState } from "../../schemas/state.js";

/** Words of examples kept at most: 128 MiB. */
const MOST_WORDS = 1 << 25;
export const EXAMPLE_CACHE_BYTES = 4 * MOST_WORDS;

/** What is learned from a document. */
export interface Example {
  /** Of its features. */
  readonly rows: Uint32Array;
  readonly labels: readonly number[];
  readonly weight: number;
  /** The document's number. */
  readonly document: number;
}

/** Document, weight (float), labels; then the labels, then the rows. */
const HEAD = 3;

/**
 * Examples that were found in the first pass, for the passes that follow, in whatever order: the first of them, as many as there is room for.
 * State: 4 bytes a row and a label and 16 an example, at most 128 MiB.
 */
export class ExampleCache {
  #words = new Uint32Array(1 << 16);
  #floats = new Float32Array(this.#words.buffer);
  /** Where each example begins, and where the last ends. */
  #starts = new Uint32Array(1 << 10);
  #isFull = false;
  count = 0;

  /** Keeps an example, unless there was no room for it or for one before it. */
  keep({ rows, labels, weight, document }: Example): void {
    const from = this.#starts[this.count]!;
    const to = from + HEAD + labels.length + rows.length;
    this.#isFull ||= to > MOST_WORDS;
    if (this.#isFull) return;
    this.#reserve(to);
    this.#words[from] = document;
    this.#floats[from + 1] = weight;
    this.#words[from + 2] = labels.length;
    this.#words.set(labels, from + HEAD);
    this.#words.set(rows, from + HEAD + labels.length);
    this.count++;
    this.#starts[this.count] = to;
  }

  /** An example by its place among those that are kept; its rows are a view. */
  at(place: number): Example {
    const from = this.#starts[place]!;
    const rows = from + HEAD + this.#words[from + 2]!;
    const labels: number[] = [];
    for (let at = from + HEAD; at < rows; at++) labels.push(this.#words[at]!);
    return {
      rows: this.#words.subarray(rows, this.#starts[place + 1]),
      labels,
      weight: this.#floats[from + 1]!,
      document: this.#words[from]!,
    };
  }

  save(): StageState {
    const starts = this.#starts.slice(0, this.count + 1);
    return { facts: { isFull: this.#isFull }, arrays: { words: this.#words.slice(0, starts.at(-1)), starts } };
  }

  restore({ facts, arrays }: StageState): void {
    const [words, starts] = [arrays.words as Uint32Array, arrays.starts as Uint32Array];
    this.#isFull = facts.isFull as boolean;
    this.count = starts.length - 1;
    this.#reserve(words.length);
    this.#words.set(words);
    this.#starts.set(starts);
  }

  /** Makes room for so many words, and for one example more. */
  #reserve(words: number): void {
    if (words > this.#words.length) {
      this.#words = enlarged(this.#words, Math.min(MOST_WORDS, 2 * words));
      this.#floats = new Float32Array(this.#words.buffer);
    }
    if (this.count + 2 > this.#starts.length) this.#starts = enlarged(this.#starts, 2 * (this.count + 2));
  }
}

function enlarged(numbers: Uint32Array, length: number): Uint32Array<ArrayBuffer> {
  const all = new Uint32Array(length);
  all.set(numbers);
  return all;
}
