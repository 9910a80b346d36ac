import type { Phrases } from "../../schemas/phrases.js";
import type { Lexicon } from "../../schemas/tokens.js";

/** An id whose term was not looked up yet, and one whose term takes part in no phrase. */
const UNKNOWN = 0;
const NO_PART = 1;
const FIRST_CODE = 2;

/**
 * Whether two neighbouring ids make a phrase: terms are looked up by text once, and by index from then on.
 * State: 8 bytes per id of the lexicon, and the phrases.
 */
export class PhraseTable {
  readonly #firsts: Codes;
  readonly #seconds: Codes;
  readonly #pairs = new Set<number>();

  constructor(lexicon: Lexicon, { pairs }: Phrases) {
    const seconds = new Set([...pairs.values()].flatMap((partners) => [...partners.keys()]));
    this.#firsts = new Codes(lexicon, pairs.keys());
    this.#seconds = new Codes(lexicon, seconds);
    for (const [first, partners] of pairs) {
      for (const second of partners.keys())
        this.#pairs.add(this.#key(this.#firsts.ofTerm(first), this.#seconds.ofTerm(second)));
    }
  }

  joins(first: number, second: number): boolean {
    const code = this.#firsts.of(first);
    if (code === NO_PART) return false;
    const partner = this.#seconds.of(second);
    return partner !== NO_PART && this.#pairs.has(this.#key(code, partner));
  }

  #key(first: number, second: number): number {
    return first * this.#seconds.size + second;
  }
}

/** A number for each of some terms, found by the id of a lexicon. */
class Codes {
  readonly #lexicon: Lexicon;
  readonly #byTerm: ReadonlyMap<string, number>;
  #byId = new Uint32Array(1024);

  constructor(lexicon: Lexicon, terms: Iterable<string>) {
    this.#lexicon = lexicon;
    this.#byTerm = new Map(Array.from(terms, (term, index) => [term, FIRST_CODE + index]));
  }

  get size(): number {
    return FIRST_CODE + this.#byTerm.size;
  }

  ofTerm(term: string | undefined): number {
    return (term === undefined ? undefined : this.#byTerm.get(term)) ?? NO_PART;
  }

  of(id: number): number {
    if (id >= this.#byId.length) this.#grow(id + 1);
    if (this.#byId[id] === UNKNOWN) this.#byId[id] = this.ofTerm(this.#lexicon.term(id));
    return this.#byId[id]!;
  }

  #grow(length: number): void {
    const larger = new Uint32Array(Math.max(length, 2 * this.#byId.length));
    larger.set(this.#byId);
    this.#byId = larger;
  }
}
