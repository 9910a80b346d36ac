import type { Lexicon, TokenBatch } from "../../schemas/tokens.js";

/**
 * Counts terms by the ids in the batches themselves, not by what their lexicon has counted: a stream may hold only a part of what
 * its lexicon has seen, or be the second to read it. A term that the lexicon pruned keeps the count of its last admission.
 * State: 8 bytes per id given out by each lexicon.
 */
export class TermCounter {
  readonly #counts = new Map<Lexicon, Float64Array>();

  add({ lexicon, ids }: TokenBatch): void {
    const counts = this.#countsOf(lexicon);
    for (let i = 0; i < ids.length; i++) counts[ids[i]!]!++;
  }

  /** Visits every term that was not pruned and occurs at least `minCount` times, once, with its count. */
  forEachTerm(minCount: number, visit: (term: string, count: number) => void): void {
    if (this.#counts.size === 1) {
      this.#visitLive(minCount, visit); // no term is live under two ids
      return;
    }
    for (const [term, count] of this.terms()) if (count >= minCount) visit(term, count);
  }

  /** Every term that was not pruned, with its count. */
  terms(): Map<string, number> {
    const total = new Map<string, number>();
    this.#visitLive(1, (term, count) => total.set(term, (total.get(term) ?? 0) + count));
    return total;
  }

  /** Tokens that were counted, those of terms pruned since among them. */
  get tokens(): number {
    let tokens = 0;
    for (const counts of this.#counts.values()) tokens += counts.reduce((sum, count) => sum + count, 0);
    return tokens;
  }

  #visitLive(minCount: number, visit: (term: string, count: number) => void): void {
    for (const [lexicon, counts] of this.#counts) {
      for (let id = 0; id < counts.length; id++) {
        if (counts[id]! >= minCount && lexicon.count(id) > 0) visit(lexicon.term(id)!, counts[id]!);
      }
    }
  }

  #countsOf(lexicon: Lexicon): Float64Array {
    const counts = this.#counts.get(lexicon) ?? new Float64Array(0);
    if (counts.length >= lexicon.size) return counts;
    const grown = new Float64Array(Math.max(lexicon.size, 2 * counts.length));
    grown.set(counts);
    this.#counts.set(lexicon, grown);
    return grown;
  }
}
