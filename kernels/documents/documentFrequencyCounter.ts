import type { DocumentFrequencies } from "../../schemas/documentFrequencies.js";
import type { DocumentTermBatch } from "../../schemas/documentTerms.js";
import type { StageState } from "../../schemas/state.js";
import type { Vocabulary } from "../../schemas/vocabulary.js";

/** Counts the documents of each term. Exact: any order of the documents gives the same. State: 8 bytes per term. */
export class DocumentFrequencyCounter {
  #counts: Float64Array = new Float64Array(0);
  #documents = 0;
  #tokens = 0;
  #cells = 0;

  /** Cells that were counted. */
  get cells(): number {
    return this.#cells;
  }

  add({ vocabulary, terms, lengths }: DocumentTermBatch): void {
    this.#grow(vocabulary.terms.length);
    const counts = this.#counts;
    for (let i = 0; i < terms.length; i++) counts[terms[i]!]!++;
    this.#cells += terms.length;
    this.#documents += lengths.length;
    for (const length of lengths) this.#tokens += length;
  }

  /** What was counted so far, as a copy. */
  frequencies(vocabulary: Vocabulary): DocumentFrequencies {
    this.#grow(vocabulary.terms.length);
    return { vocabulary, counts: this.#counts.slice(), documents: this.#documents, tokens: this.#tokens };
  }

  save(): StageState {
    return {
      facts: { documents: this.#documents, tokens: this.#tokens, cells: this.#cells },
      arrays: { counts: this.#counts.slice() },
    };
  }

  restore({ facts, arrays }: StageState): void {
    this.#counts = (arrays.counts as Float64Array).slice();
    [this.#documents, this.#tokens, this.#cells] = [
      facts.documents as number,
      facts.tokens as number,
      facts.cells as number,
    ];
  }

  #grow(length: number): void {
    if (length <= this.#counts.length) return;
    const grown = new Float64Array(length);
    grown.set(this.#counts);
    this.#counts = grown;
  }
}
