/**
 * Space-Saving (Metwally, Agrawal and El Abbadi 2005, "Efficient Computation of Frequent and Top-k Elements in Data Streams",
 * section 3): m counters for the terms of a stream. A term without a counter takes over the smallest one, and its count:
 *
 *     count <- min + 1, error <- min
 *
 * For a term with a counter, count - error <= f <= count, where f is how often it occurred; for one without, f <= min. With N tokens
 * in all, the counts add up to N, so error <= min <= N / m, and every term with f > N / m has a counter.
 *
 * `scale` lets the past fade: counts, errors, f and N are all multiplied by the same factor, so the bounds hold for what they are
 * then. Ties go to the counter with the lower number. The paper keeps counters in a list of equal counts, which needs whole
 * numbers; here the smallest is found by a heap whose keys may lag behind the counts.
 * State: 32 bytes a counter, and its term.
 */
import type { StageState } from "../../schemas/state.js";
import { joinTexts, splitTexts } from "../text/textColumn.js";

export class SpaceSaving {
  readonly #terms: string[] = [];
  readonly #slots = new Map<string, number>();
  /** Of each counter (m,). */
  readonly counts: Float64Array;
  readonly errors: Float64Array;
  /** Counters, smallest first by (key, number); a key is never above its count. Undefined while nothing was replaced. */
  #heap: Uint32Array | undefined;
  readonly #keys: Float64Array;

  constructor(readonly capacity: number) {
    this.counts = new Float64Array(capacity);
    this.errors = new Float64Array(capacity);
    this.#keys = new Float64Array(capacity);
  }

  /** Counters in use: 0 .. size - 1. */
  get size(): number {
    return this.#terms.length;
  }

  term(slot: number): string {
    return this.#terms[slot]!;
  }

  slotOf(term: string): number | undefined {
    return this.#slots.get(term);
  }

  /** How often it surely occurred, at least. */
  guaranteed(slot: number): number {
    return this.counts[slot]! - this.errors[slot]!;
  }

  /** How often a term without a counter may have occurred, at most. */
  get least(): number {
    return this.size < this.capacity ? 0 : this.counts[this.#smallest()]!;
  }

  /** Counts the first occurrence of a term without a counter, and tells which one it was given. */
  admit(term: string): number {
    const isFull = this.size === this.capacity;
    const slot = isFull ? this.#smallest() : this.size;
    if (isFull) this.#slots.delete(this.#terms[slot]!);
    this.#terms[slot] = term;
    this.#slots.set(term, slot);
    this.errors[slot] = this.counts[slot]!;
    this.counts[slot]!++;
    return slot;
  }

  scale(factor: number): void {
    for (let slot = 0; slot < this.size; slot++) {
      this.counts[slot]! *= factor;
      this.errors[slot]! *= factor;
    }
    this.#heap = undefined;
  }

  save(): StageState {
    const [counts, errors] = [this.counts.slice(0, this.size), this.errors.slice(0, this.size)];
    return { facts: {}, arrays: { ...joinTexts(this.#terms), counts, errors } };
  }

  /** Goes on from a state; nothing was counted yet. */
  restore({ arrays }: StageState): void {
    this.counts.set(arrays.counts!);
    this.errors.set(arrays.errors!);
    for (const term of splitTexts(arrays)) this.#slots.set(term, this.#terms.push(term) - 1);
  }

  #smallest(): number {
    this.#heap ??= this.#makeHeap();
    for (;;) {
      const slot = this.#heap[0]!;
      if (this.#keys[slot] === this.counts[slot]) return slot;
      this.#keys[slot] = this.counts[slot]!;
      this.#sink(this.#heap, 0);
    }
  }

  #makeHeap(): Uint32Array {
    const heap = Uint32Array.from({ length: this.capacity }, (_, slot) => slot);
    this.#keys.set(this.counts);
    for (let at = heap.length >>> 1; at-- > 0; ) this.#sink(heap, at);
    return heap;
  }

  #sink(heap: Uint32Array, from: number): void {
    const slot = heap[from]!;
    let at = from;
    for (let child = 2 * at + 1; child < heap.length; child = 2 * at + 1) {
      if (child + 1 < heap.length && this.#isBelow(heap[child + 1]!, heap[child]!)) child++;
      if (!this.#isBelow(heap[child]!, slot)) break;
      heap[at] = heap[child]!;
      at = child;
    }
    heap[at] = slot;
  }

  #isBelow(a: number, b: number): boolean {
    const [keyA, keyB] = [this.#keys[a]!, this.#keys[b]!];
    return keyA < keyB || (keyA === keyB && a < b);
  }
}
