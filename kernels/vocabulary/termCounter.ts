import type { Lexicon, TokenBatch } from "../../schemas/tokens.js";

// What is known of an id lies together, so that a token costs one cache line.
const COUNT = 0;
/** In how many documents it occurs. */
const HELD = 1;
/** The document in which it occurred last, from 1. */
const LAST = 2;

/**
 * Counts terms by the ids in the batches themselves, not by what their lexicon has counted: a stream may hold only a part of what
 * its lexicon has seen, or be the second to read it. Where batches have no ids (`TokenBatch.counted`), the lexicon's counts are those of the
 * stream. A term that the lexicon pruned keeps the count of its last admission.
 * State: 8 bytes per id given out by each lexicon; 24 where documents are counted, too; none where batches have no ids.
 */
export class TermCounter {
  /** Numbers per id. */
  readonly #stride: number;
  /** Documents that have begun. */
  #documents = 0;
  readonly #counts = new Map<Lexicon, Float64Array>();
  /** Tokens of the lexicons that have counted them. */
  readonly #counted = new Map<Lexicon, number>();

  /** @param withDocuments counts the documents of each term as well */
  constructor(withDocuments = false) {
    this.#stride = withDocuments ? LAST + 1 : 1;
  }

  /** Documents that have begun. */
  get documents(): number {
    return this.#documents;
  }

  add(batch: TokenBatch): void {
    if (batch.counted === undefined) this.#addIds(batch);
    else this.#counted.set(batch.lexicon, (this.#counted.get(batch.lexicon) ?? 0) + batch.counted);
    this.#documents += batch.documentOffsets.length;
  }

  #addIds(batch: TokenBatch): void {
    const { lexicon, ids } = batch;
    const counts = this.#countsOf(lexicon);
    if (this.#stride > 1) this.#addDocuments(counts, batch);
    else for (let i = 0; i < ids.length; i++) counts[ids[i]!]!++;
  }

  /**
   * Visits every term that was not pruned and occurs at least `minCount` times, once, with its count and its documents; those are 0 where
   * they were not counted.
   */
  forEachTerm(minCount: number, visit: (term: string, count: number, documents: number) => void): void {
    if (this.#counts.size + this.#counted.size === 1) {
      this.#visitLive(minCount, visit); // no term is live under two ids
      return;
    }
    const spread = new Map<string, number>();
    this.#visitLive(1, (term, _, documents) => spread.set(term, (spread.get(term) ?? 0) + documents));
    for (const [term, count] of this.terms()) if (count >= minCount) visit(term, count, spread.get(term)!);
  }

  /** Visits the live terms that occur less than `minCount` times, by their ids; none where lexicons are several, which may share terms. */
  forEachRare(minCount: number, visit: (lexicon: Lexicon, id: number) => void): void {
    if (this.#counts.size + this.#counted.size > 1) return;
    const visitRare = (lexicon: Lexicon) => (id: number, count: number) => {
      if (count < minCount) visit(lexicon, id);
    };
    for (const lexicon of this.#counted.keys()) this.#visitCounted(lexicon, 1, visitRare(lexicon));
    for (const lexicon of this.#counts.keys()) this.#visitOwn(lexicon, 1, visitRare(lexicon));
  }

  /** Every term that was not pruned, with its count. */
  terms(): Map<string, number> {
    const total = new Map<string, number>();
    this.#visitLive(1, (term, count) => total.set(term, (total.get(term) ?? 0) + count));
    return total;
  }

  /** Tokens that were counted, those of terms pruned since among them. */
  get tokens(): number {
    return [...this.#counted.values()].reduce((sum, tokens) => sum + tokens, 0) + this.#sum(() => true);
  }

  /** Those among them whose term was not pruned. */
  get liveTokens(): number {
    let tokens = this.#sum((lexicon, id) => lexicon.count(id) > 0);
    for (const lexicon of this.#counted.keys())
      this.#visitCounted(lexicon, 1, (_id, count) => {
        tokens += count;
      });
    return tokens;
  }

  #addDocuments(counts: Float64Array, { ids, documentOffsets }: TokenBatch): void {
    let from = 0;
    for (let begun = 0; begun <= documentOffsets.length; begun++) {
      const to = documentOffsets[begun] ?? ids.length;
      const document = this.#documents + begun;
      for (let i = from; i < to; i++) {
        const at = ids[i]! * (LAST + 1);
        counts[at + COUNT]!++;
        if (counts[at + LAST] === document) continue;
        counts[at + LAST] = document;
        counts[at + HELD]!++;
      }
      from = to;
    }
  }

  #sum(isOf: (lexicon: Lexicon, id: number) => boolean): number {
    let tokens = 0;
    for (const [lexicon, counts] of this.#counts)
      for (let at = COUNT; at < counts.length; at += this.#stride)
        if (counts[at]! > 0 && isOf(lexicon, at / this.#stride)) tokens += counts[at]!;
    return tokens;
  }

  #visitLive(minCount: number, visit: (term: string, count: number, documents: number) => void): void {
    for (const lexicon of this.#counted.keys()) {
      const ids: number[] = [];
      const counts: number[] = [];
      this.#visitCounted(lexicon, minCount, (id, count) => {
        ids.push(id);
        counts.push(count);
      });
      termsOf(lexicon, ids).forEach((term, i) => {
        visit(term, counts[i]!, 0);
      });
    }
    for (const lexicon of this.#counts.keys())
      this.#visitOwn(lexicon, minCount, (id, count, documents) => visit(lexicon.term(id)!, count, documents));
  }

  /** The live terms of a lexicon that were counted here. */
  #visitOwn(lexicon: Lexicon, minCount: number, visit: (id: number, count: number, documents: number) => void): void {
    const stride = this.#stride;
    const counts = this.#counts.get(lexicon)!;
    for (let id = 0; id * stride < counts.length; id++) {
      const count = counts[id * stride + COUNT]!;
      if (count < minCount || lexicon.count(id) === 0) continue;
      visit(id, count, stride > 1 ? counts[id * stride + HELD]! : 0);
    }
  }

  /** The live terms that a lexicon has counted. */
  #visitCounted(lexicon: Lexicon, minCount: number, visit: (id: number, count: number) => void): void {
    for (let id = 0; id < lexicon.size; id++) {
      const count = lexicon.count(id);
      if (count > 0 && count >= minCount) visit(id, count);
    }
  }

  #countsOf(lexicon: Lexicon): Float64Array {
    const counts = roomFor(this.#counts.get(lexicon) ?? new Float64Array(0), lexicon.size * this.#stride);
    this.#counts.set(lexicon, counts);
    return counts;
  }
}

function termsOf(lexicon: Lexicon, ids: readonly number[]): string[] {
  return lexicon.terms?.(ids) ?? ids.map((id) => lexicon.term(id)!);
}

/** Counts once they are more than 1 MiB: 32 MiB of them, of which only what is written to takes memory, as in the lexicon. */
const LEAST_GROWN = 2 ** 22;

function roomFor(counts: Float64Array, size: number): Float64Array {
  if (counts.length >= size) return counts;
  const least = counts.byteLength < 2 ** 20 ? 0 : LEAST_GROWN;
  const grown = new Float64Array(Math.max(size, 2 * counts.length, least));
  grown.set(counts);
  return grown;
}
