import type { Lexicon, TokenBatch } from "../schemas/tokens.js";

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

  /** Every term that was not pruned, with its count. */
  terms(): Map<string, number> {
    const total = new Map<string, number>();
    for (const [lexicon, counts] of this.#counts) {
      for (let id = 0; id < counts.length; id++) {
        if (counts[id] === 0 || lexicon.count(id) === 0) continue;
        const term = lexicon.term(id)!;
        total.set(term, (total.get(term) ?? 0) + counts[id]!);
      }
    }
    return total;
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
