import type { Vocabulary } from "../../schemas/vocabulary.js";

const NONE = -1;

/** Where the terms of one vocabulary stand in another, looked up once a vocabulary. State: 4 bytes a term, unless both are the same. */
export class TermMap {
  readonly #to: Vocabulary;
  #from: Vocabulary | undefined;
  #ids: Int32Array | undefined;

  constructor(to: Vocabulary) {
    this.#to = to;
  }

  /** Cells of a document in the other vocabulary; those of terms that it has not are left out. */
  cells(from: Vocabulary, terms: Uint32Array, values: Float64Array): { terms: Uint32Array; values: Float64Array } {
    this.#follow(from);
    const ids = this.#ids;
    if (!ids) return { terms, values };
    const kept = terms.map((_, i) => i).filter((i) => ids[terms[i]!] !== NONE);
    return { terms: kept.map((i) => ids[terms[i]!]!), values: Float64Array.from(kept, (i) => values[i]!) };
  }

  #follow(from: Vocabulary): void {
    if (from === this.#from) return;
    this.#from = from;
    const to = this.#to;
    this.#ids = from === to ? undefined : Int32Array.from(from.terms, (term) => to.idOf(term) ?? NONE);
  }
}
