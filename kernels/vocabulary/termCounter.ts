import type { Lexicon, TokenBatch } from "../../schemas/tokens.js";

/** In how many documents each id of a lexicon occurs. */
interface Spread {
  held: Float64Array;
  /** The document in which it occurred last, from 1 (V,). */
  last: Float64Array;
}

/**
 * Counts terms by the ids in the batches themselves, not by what their lexicon has counted: a stream may hold only a part of what
 * its lexicon has seen, or be the second to read it. A term that the lexicon pruned keeps the count of its last admission.
 * State: 8 bytes per id given out by each lexicon; 24 where documents are counted, too.
 */
export class TermCounter {
  readonly #spreads: Map<Lexicon, Spread> | undefined;
  /** Documents that have begun. */
  #documents = 0;
  readonly #counts = new Map<Lexicon, Float64Array>();

  /** @param withDocuments counts the documents of each term as well */
  constructor(withDocuments = false) {
    this.#spreads = withDocuments ? new Map() : undefined;
  }

  /** Documents that have begun. */
  get documents(): number {
    return this.#documents;
  }

  add(batch: TokenBatch): void {
    const { lexicon, ids, documentOffsets } = batch;
    const counts = this.#countsOf(lexicon);
    for (let i = 0; i < ids.length; i++) counts[ids[i]!]!++;
    if (this.#spreads) this.#addDocuments(this.#spreads, batch);
    this.#documents += documentOffsets.length;
  }

  /**
   * Visits every term that was not pruned and occurs at least `minCount` times, once, with its count and its documents; those are 0 where
   * they were not counted.
   */
  forEachTerm(minCount: number, visit: (term: string, count: number, documents: number) => void): void {
    if (this.#counts.size === 1) {
      this.#visitLive(minCount, visit); // no term is live under two ids
      return;
    }
    const spread = new Map<string, number>();
    this.#visitLive(1, (term, _, documents) => spread.set(term, (spread.get(term) ?? 0) + documents));
    for (const [term, count] of this.terms()) if (count >= minCount) visit(term, count, spread.get(term)!);
  }

  /** Every term that was not pruned, with its count. */
  terms(): Map<string, number> {
    const total = new Map<string, number>();
    this.#visitLive(1, (term, count) => total.set(term, (total.get(term) ?? 0) + count));
    return total;
  }

  #addDocuments(spreads: Map<Lexicon, Spread>, { lexicon, ids, documentOffsets }: TokenBatch): void {
    const spread = spreads.get(lexicon) ?? { held: new Float64Array(0), last: new Float64Array(0) };
    spread.held = roomFor(spread.held, lexicon.size);
    spread.last = roomFor(spread.last, lexicon.size);
    spreads.set(lexicon, spread);
    const { held, last } = spread;
    let begun = 0;
    for (let i = 0; i < ids.length; i++) {
      while (begun < documentOffsets.length && documentOffsets[begun]! <= i) begun++;
      const id = ids[i]!;
      if (last[id] === this.#documents + begun) continue;
      last[id] = this.#documents + begun;
      held[id]!++;
    }
  }

  /** Tokens that were counted, those of terms pruned since among them. */
  get tokens(): number {
    let tokens = 0;
    for (const counts of this.#counts.values()) tokens += counts.reduce((sum, count) => sum + count, 0);
    return tokens;
  }

  /** Those among them whose term was not pruned. */
  get liveTokens(): number {
    let tokens = 0;
    for (const [lexicon, counts] of this.#counts)
      for (let id = 0; id < counts.length; id++) if (counts[id]! > 0 && lexicon.count(id) > 0) tokens += counts[id]!;
    return tokens;
  }

  #visitLive(minCount: number, visit: (term: string, count: number, documents: number) => void): void {
    for (const [lexicon, counts] of this.#counts) {
      const held = this.#spreads?.get(lexicon)?.held;
      for (let id = 0; id < counts.length; id++) {
        if (counts[id]! >= minCount && lexicon.count(id) > 0) visit(lexicon.term(id)!, counts[id]!, held?.[id] ?? 0);
      }
    }
  }

  #countsOf(lexicon: Lexicon): Float64Array {
    const counts = roomFor(this.#counts.get(lexicon) ?? new Float64Array(0), lexicon.size);
    this.#counts.set(lexicon, counts);
    return counts;
  }
}

function roomFor(counts: Float64Array, size: number): Float64Array {
  if (counts.length >= size) return counts;
  const grown = new Float64Array(Math.max(size, 2 * counts.length));
  grown.set(counts);
  return grown;
}
