import type { PairTable } from "../documents/pairTable.js";

/** Pairs by counts, the greatest first, equal ones by the ids of their pieces. State: 16 to 32 bytes an entry. */
export class PairHeap {
  readonly #pairs: PairTable;
  readonly #entries: number[] = [];
  readonly #counts: number[] = [];

  constructor(pairs: PairTable) {
    this.#pairs = pairs;
  }

  push(pair: number, count: number): void {
    let at = this.#entries.push(pair) - 1;
    this.#counts.push(count);
    for (let parent = (at - 1) >> 1; at > 0 && this.#isBefore(at, parent); parent = (at - 1) >> 1) {
      this.#swap(at, parent);
      at = parent;
    }
  }

  pop(): { readonly pair: number; readonly count: number } | undefined {
    const last = this.#entries.length - 1;
    if (last < 0) return undefined;
    this.#swap(0, last);
    const [pair, count] = [this.#entries.pop()!, this.#counts.pop()!];
    for (let at = 0, child = 1; child < last; child = 2 * at + 1) {
      if (child + 1 < last && this.#isBefore(child + 1, child)) child++;
      if (!this.#isBefore(child, at)) break;
      this.#swap(at, child);
      at = child;
    }
    return { pair, count };
  }

  #isBefore(a: number, b: number): boolean {
    if (this.#counts[a] !== this.#counts[b]) return this.#counts[a]! > this.#counts[b]!;
    const [p, q] = [this.#entries[a]!, this.#entries[b]!];
    const [first, other] = [this.#pairs.firsts[p]!, this.#pairs.firsts[q]!];
    return first === other ? this.#pairs.seconds[p]! < this.#pairs.seconds[q]! : first < other;
  }

  #swap(a: number, b: number): void {
    [this.#entries[a], this.#entries[b]] = [this.#entries[b]!, this.#entries[a]!];
    [this.#counts[a], this.#counts[b]] = [this.#counts[b]!, this.#counts[a]!];
  }
}
