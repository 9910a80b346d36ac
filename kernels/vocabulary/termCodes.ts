import type { Lexicon } from "../../schemas/tokens.js";

/**
 * What was found out about each term, as a number by its id in a lexicon, 0 until it is set.
 * State: 4 bytes per id given out by the lexicon.
 */
export class TermCodes {
  #lexicon: Lexicon | undefined;
  #codes = new Uint32Array(1024);

  /** The numbers of a lexicon, with a place for each id given out so far; those of another lexicon begin anew. */
  of(lexicon: Lexicon): Uint32Array {
    if (lexicon !== this.#lexicon) this.#codes.fill(0);
    this.#lexicon = lexicon;
    if (lexicon.size > this.#codes.length) {
      const grown = new Uint32Array(Math.max(lexicon.size, 2 * this.#codes.length));
      grown.set(this.#codes);
      this.#codes = grown;
    }
    return this.#codes;
  }
}
