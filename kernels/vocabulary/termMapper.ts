import type { StageState } from "../../schemas/state.js";
import type { TokenBatch } from "../../schemas/tokens.js";
import { GrowingLexicon } from "./lexicon.js";
import { TermCodes } from "./termCodes.js";
import { tokensAt } from "./tokensAt.js";

/** What stands for a term; an empty text for one that is left out. */
export type TermMapping = (term: string) => string;

const UNKNOWN = 0;
const DROPPED = 1;
/** An id of the lexicon of replacements, moved up by as much as there are codes before it. */
const FIRST_CODE = 2;

/**
 * Replaces tokens by their terms, each term looked at once, and counts the replacements in a lexicon of its own. Left out are those whose
 * replacement is empty, and those of terms that their lexicon no longer knows.
 * State: that lexicon, and 4 bytes per id given out by the other.
 */
export class TermMapper {
  readonly #mapping: TermMapping;
  readonly #own: GrowingLexicon;
  readonly #codes = new TermCodes();

  constructor(mapping: TermMapping, maxTerms: number) {
    this.#mapping = mapping;
    this.#own = new GrowingLexicon({ maxTerms });
  }

  map(batch: TokenBatch): TokenBatch {
    const { lexicon, ids } = batch;
    const codes = this.#codes.of(lexicon);
    const mapped = new Uint32Array(ids.length);
    const kept = new Uint32Array(ids.length);
    let length = 0;
    this.#own.forgetPruned();
    for (let i = 0; i < ids.length; i++) {
      const id = ids[i]!;
      if (!this.#countAgain(codes[id]!)) codes[id] = this.#count(lexicon.term(id));
      if (codes[id] === DROPPED) continue;
      mapped[i] = codes[id]! - FIRST_CODE;
      kept[length++] = i;
    }
    return tokensAt({ ...batch, lexicon: this.#own, ids: mapped }, kept.subarray(0, length));
  }

  /** Whoever reads the lexicon after the pass finds live terms only. */
  end(): void {
    this.#own.forgetPruned();
  }

  save(): StageState {
    return this.#own.save();
  }

  restore(state: StageState): void {
    this.#own.restore(state);
  }

  /** False for a term that is new, or whose replacement was pruned since. */
  #countAgain(code: number): boolean {
    return code === DROPPED || (code !== UNKNOWN && this.#own.addAgain(code - FIRST_CODE));
  }

  #count(term: string | undefined): number {
    const bytes = encoder.encode(term === undefined ? "" : this.#mapping(term));
    return bytes.length === 0 ? DROPPED : this.#own.add(bytes, 0, bytes.length) + FIRST_CODE;
  }
}

const encoder = new TextEncoder();
