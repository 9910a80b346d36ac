import type { DocumentFrequencies } from "../../schemas/documentFrequencies.js";
import type { DocumentTermBatch } from "../../schemas/documentTerms.js";
import type { Vocabulary } from "../../schemas/vocabulary.js";
import type { DocumentFrequencyCounter } from "./documentFrequencyCounter.js";
import type { DocumentNorm, WeighedCorpus } from "./termWeights.js";

/**
 * A corpus as its document frequencies know it, for rows of a vocabulary: its own, or another, whose terms are looked up.
 * State: 8 bytes per term of another vocabulary, and the length of each term for norms of characters.
 */
export function weighedCorpus(
  frequencies: DocumentFrequencies,
  vocabulary: Vocabulary,
  norm: DocumentNorm,
): WeighedCorpus {
  const { counts, documents } = frequencies;
  const own = vocabulary === frequencies.vocabulary ? counts : countsIn(frequencies, vocabulary);
  const characters = norm === "pivotedCharacters" ? charactersOf(vocabulary) : undefined;
  return {
    documents,
    terms: vocabulary.terms.length,
    documentsOf: (term) => own[term]!,
    pivot: documents === 0 ? 0 : pivotOf(frequencies, norm) / documents,
    charactersOf: (term) => characters![term]!,
  };
}

/** The same for the vocabularies of batches that follow one another: made anew where the vocabulary changes alone. */
export function weighedCorpora(
  frequencies: DocumentFrequencies,
  norm: DocumentNorm,
): (vocabulary: Vocabulary) => WeighedCorpus {
  let [before, corpus]: [Vocabulary?, WeighedCorpus?] = [];
  return (vocabulary) => {
    if (!corpus || vocabulary !== before) corpus = weighedCorpus(frequencies, vocabulary, norm);
    before = vocabulary;
    return corpus;
  };
}

/**
 * A corpus as a counter knows it at the moment, for rows of the vocabulary that it follows: it changes with every document.
 * State: the length of each term for norms of characters.
 */
export class GrowingCorpus implements WeighedCorpus {
  readonly #counter: DocumentFrequencyCounter;
  readonly #norm: DocumentNorm;
  #vocabulary: Vocabulary | undefined;
  #characters: Uint32Array = new Uint32Array(0);
  /** Of all tokens so far. */
  #length: number;

  constructor(counter: DocumentFrequencyCounter, norm: DocumentNorm, initial: DocumentFrequencies | undefined) {
    this.#counter = counter;
    this.#norm = norm;
    this.#length = initial && norm === "pivotedCharacters" ? pivotOf(initial, norm) : 0;
  }

  get documents(): number {
    return this.#counter.documents;
  }

  get pivot(): number {
    const all = this.#norm === "pivotedUnique" ? this.#counter.cells : this.#length;
    return this.documents === 0 ? 0 : all / this.documents;
  }

  /** Characters of all tokens so far, which a run that goes on begins with. */
  get length(): number {
    return this.#length;
  }

  set length(length: number) {
    this.#length = length;
  }

  documentsOf(term: number): number {
    return this.#counter.counts[term]!;
  }

  charactersOf(term: number): number {
    return this.#characters[term]!;
  }

  follow(vocabulary: Vocabulary): void {
    this.#counter.follow(vocabulary);
    if (vocabulary === this.#vocabulary) return;
    this.#vocabulary = vocabulary;
    if (this.#norm === "pivotedCharacters") this.#characters = charactersOf(vocabulary);
  }

  /** Counts the next document, whose vocabulary is followed already. */
  add(batch: DocumentTermBatch, row: number): void {
    this.#counter.addRow(batch, row);
    if (this.#norm !== "pivotedCharacters") return;
    for (let cell = batch.offsets[row]!; cell < batch.offsets[row + 1]!; cell++)
      this.#length += batch.values[cell]! * this.#characters[batch.terms[cell]!]!;
  }
}

function countsIn({ counts, vocabulary: known }: DocumentFrequencies, { terms }: Vocabulary): Float64Array {
  return Float64Array.from(terms, (term) => {
    const id = known.idOf(term);
    return id === undefined ? 0 : counts[id]!;
  });
}

function pivotOf({ counts, vocabulary }: DocumentFrequencies, norm: DocumentNorm): number {
  if (norm === "pivotedUnique") return counts.reduce((sum, count) => sum + count, 0);
  if (norm !== "pivotedCharacters") return 0;
  return charactersOf(vocabulary).reduce((sum, length, id) => sum + length * vocabulary.counts[id]!, 0);
}

/** Code points of each term, and a space behind it. */
const charactersOf = ({ terms }: Vocabulary): Uint32Array => Uint32Array.from(terms, (term) => [...term].length + 1);
