/**
 * Counts a sample of a text, and says how much there will be of each thing in a text that is longer. Documents, tokens, and the distinct terms
 * of documents grow with the text; distinct terms follow Heaps' law, V = K T^b (Heaps 1978; Baeza-Yates and Ribeiro-Neto 1999, section 6.3),
 * with b from the first half of the sample and all of it. Terms that occur n times or more in T tokens are about as many as occur at all in
 * T / n (Zipf's law); the sample says how far that is off.
 */
import type { Sizes } from "../../schemas/cost.js";
import type { Lexicon, TokenBatch } from "../../schemas/tokens.js";

type SampledSizes = Pick<Sizes, "documents" | "tokens" | "commonest" | "types" | "termLength" | "labels" | "cells">;

/** State: 12 bytes a term, and 16 a batch. */
export class TextSample {
  #counts = new Float64Array(1024);
  /** The last document, from 1, that each term was seen in. */
  #lastDocument = new Uint32Array(1024);
  #lexicon: Lexicon | undefined;
  readonly #labels = new Set<string>();
  #documents = 0;
  #tokens = 0;
  #types = 0;
  #cells = 0;
  /** Distinct terms in so many tokens, ascending. */
  readonly #growth: { readonly tokens: number; readonly types: number }[] = [{ tokens: 0, types: 0 }];

  add({ ids, documentOffsets, documents, lexicon }: TokenBatch): void {
    this.#lexicon = lexicon;
    this.#reserve(lexicon.size);
    let from = 0;
    for (const start of documentOffsets) {
      this.#count(ids, from, start);
      this.#documents++;
      from = start;
    }
    this.#count(ids, from, ids.length);
    for (const label of documents?.labels?.flat() ?? []) this.#labels.add(label);
    this.#growth.push({ tokens: this.#tokens, types: this.#types });
  }

  /** Of a text that is so many times as long as the sample. */
  sizes(scale: number): SampledSizes {
    return {
      documents: Math.round(scale * this.#documents),
      tokens: Math.round(scale * this.#tokens),
      commonest: Math.round(scale * this.#counts.reduce((most, count) => Math.max(most, count), 0)),
      types: Math.round(this.#typesIn(scale * this.#tokens)),
      termLength: this.#termLength,
      labels: this.#labels.size,
      cells: Math.round(scale * this.#cells),
    };
  }

  /** Distinct terms that occur so often at least in a text that is so many times as long. */
  termsWith(minCount: number, scale: number): number {
    const kept = this.#counts.reduce((sum, count) => sum + Number(count >= minCount), 0);
    const tokens = scale * this.#tokens;
    const expected = this.#typesIn(this.#tokens / minCount);
    const share = kept > 0 && expected > 0 ? kept / expected : 1;
    return Math.round(Math.min(this.#typesIn(tokens), share * this.#typesIn(tokens / minCount)));
  }

  /** Within the sample by what was counted, with straight lines between batches; behind it by Heaps' law. */
  #typesIn(tokens: number): number {
    if (tokens > this.#tokens) return this.#types * (tokens / this.#tokens) ** this.#exponent;
    const at = this.#growth.findIndex((point) => point.tokens >= tokens);
    const [before, after] = [this.#growth[Math.max(0, at - 1)]!, this.#growth[at]!];
    const share = after.tokens === before.tokens ? 1 : (tokens - before.tokens) / (after.tokens - before.tokens);
    return before.types + share * (after.types - before.types);
  }

  get #termLength(): number {
    let [characters, terms] = [0, 0];
    for (let id = 0; id < (this.#lexicon?.size ?? 0); id++) {
      const term = this.#lexicon!.term(id);
      if (term === undefined) continue;
      characters += [...term].length;
      terms++;
    }
    return terms === 0 ? 0 : characters / terms;
  }

  get #exponent(): number {
    const half = this.#typesIn(this.#tokens / 2);
    return half > 0 ? Math.log2(this.#types / half) : 1;
  }

  #count(ids: Uint32Array, from: number, to: number): void {
    for (let at = from; at < to; at++) {
      const id = ids[at]!;
      if (this.#counts[id]!++ === 0) this.#types++;
      if (this.#lastDocument[id] !== this.#documents + 1) this.#cells++;
      this.#lastDocument[id] = this.#documents + 1;
    }
    this.#tokens += to - from;
  }

  #reserve(terms: number): void {
    if (terms <= this.#counts.length) return;
    const [counts, lastDocument] = [this.#counts, this.#lastDocument];
    this.#counts = new Float64Array(2 * terms);
    this.#counts.set(counts);
    this.#lastDocument = new Uint32Array(2 * terms);
    this.#lastDocument.set(lastDocument);
  }
}
