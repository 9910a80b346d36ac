import type { TokenBatch } from "../../schemas/tokens.js";
import { TermCodes } from "./termCodes.js";
import { tokensAt } from "./tokensAt.js";

const KEPT = 1;
const DROPPED = 2;

/**
 * Leaves tokens out by their terms, each term decided once. A term that the lexicon no longer knows stays.
 * State: 4 bytes per id given out by the lexicon.
 */
export class TermFilter {
  readonly #isDropped: (term: string) => boolean;
  readonly #codes = new TermCodes();

  constructor(isDropped: (term: string) => boolean) {
    this.#isDropped = isDropped;
  }

  filter(batch: TokenBatch): TokenBatch {
    const { lexicon, ids } = batch;
    const codes = this.#codes.of(lexicon);
    const kept = new Uint32Array(ids.length);
    let length = 0;
    for (let i = 0; i < ids.length; i++) {
      const id = ids[i]!;
      codes[id] ||= this.#codeOf(lexicon.term(id));
      if (codes[id] === KEPT) kept[length++] = i;
    }
    return tokensAt(batch, kept.subarray(0, length));
  }

  #codeOf(term: string | undefined): number {
    return term !== undefined && this.#isDropped(term) ? DROPPED : KEPT;
  }
}
