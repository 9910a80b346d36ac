import type { DocumentFrequencies } from "../../schemas/documentFrequencies.js";
import type { DocumentTermBatch } from "../../schemas/documentTerms.js";
import type { StageState } from "../../schemas/state.js";
import type { Vocabulary, VocabularySnapshot } from "../../schemas/vocabulary.js";

/**
 * Counts the documents of each term. Exact: any order of the documents gives the same. Where a growing vocabulary gives a row to another
 * term, its count begins anew.
 * State: 8 bytes per term.
 */
export class DocumentFrequencyCounter {
  readonly #initial: DocumentFrequencies | undefined;
  #counts: Float64Array = new Float64Array(0);
  #documents: number;
  #tokens: number;
  #cells: number;
  #vocabulary: Vocabulary | undefined;
  /** Of the growing vocabulary that was seen last; -1 for one that stays. */
  #generation = -1;

  /** @param initial what was counted before, over other documents; its terms have their counts as soon as the vocabulary has them */
  constructor(initial?: DocumentFrequencies) {
    this.#initial = initial;
    this.#documents = initial?.documents ?? 0;
    this.#tokens = initial?.tokens ?? 0;
    this.#cells = initial ? initial.counts.reduce((sum, count) => sum + count, 0) : 0;
  }

  /** In how many documents each term is so far; longer than the vocabulary, perhaps. */
  get counts(): Float64Array {
    return this.#counts;
  }

  get documents(): number {
    return this.#documents;
  }

  /** Cells that were counted: the documents of all terms. */
  get cells(): number {
    return this.#cells;
  }

  add({ vocabulary, terms, lengths }: DocumentTermBatch): void {
    this.follow(vocabulary);
    const counts = this.#counts;
    for (let i = 0; i < terms.length; i++) counts[terms[i]!]!++;
    this.#cells += terms.length;
    this.#documents += lengths.length;
    for (let row = 0; row < lengths.length; row++) this.#tokens += lengths[row]!;
  }

  /** One row of a batch whose vocabulary is followed already. */
  addRow({ offsets, terms, lengths }: DocumentTermBatch, row: number): void {
    const [from, to] = [offsets[row]!, offsets[row + 1]!];
    for (let cell = from; cell < to; cell++) this.#counts[terms[cell]!]!++;
    this.#cells += to - from;
    this.#documents++;
    this.#tokens += lengths[row]!;
  }

  /** Makes room for the terms of a vocabulary, and forgets those of rows that have another one. */
  follow(vocabulary: Vocabulary): void {
    if (vocabulary === this.#vocabulary) return;
    this.#vocabulary = vocabulary;
    const { terms } = vocabulary;
    const { since, generation = -1 } = vocabulary as Partial<VocabularySnapshot>;
    const known = this.#counts.length;
    if (terms.length > known) {
      const grown = new Float64Array(terms.length);
      grown.set(this.#counts);
      this.#counts = grown;
    }
    for (let row = 0; row < terms.length; row++)
      if (row >= known || (since && since[row]! > this.#generation)) this.#counts[row] = this.#before(terms[row]!);
    this.#generation = generation;
  }

  /** What was counted so far, as a copy. */
  frequencies(vocabulary: Vocabulary): DocumentFrequencies {
    this.follow(vocabulary);
    return {
      vocabulary,
      counts: this.#counts.slice(0, vocabulary.terms.length),
      documents: this.#documents,
      tokens: this.#tokens,
    };
  }

  save(): StageState {
    return {
      facts: { documents: this.#documents, tokens: this.#tokens, cells: this.#cells, generation: this.#generation },
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
    this.#generation = facts.generation as number;
  }

  /** The documents of a term before the first that was counted here. */
  #before(term: string): number {
    const id = this.#initial?.vocabulary.idOf(term);
    return id === undefined ? 0 : this.#initial!.counts[id]!;
  }
}
