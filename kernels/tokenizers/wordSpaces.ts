import type { StageState } from "../../schemas/state.js";
import type { Lexicon, TokenBatch } from "../../schemas/tokens.js";
import { TermCodes } from "../vocabulary/termCodes.js";

/** Between which tokens of a document a space is taken to stand: by the scripts that touch, between all, between none. */
export const spaceRules = ["script", "all", "none"] as const;
export type SpaceRule = (typeof spaceRules)[number];

/** What stands before a token. */
export const ADJOINS = 0;
export const SPACED = 1;
export const BEGINS = 2;

/** Scripts that are written without spaces, and their marks. */
const unspaced =
  "\\p{scx=Han}\\p{scx=Hiragana}\\p{scx=Katakana}\\p{scx=Bopomofo}\\p{sc=Thai}\\p{sc=Lao}\\p{sc=Khmer}\\p{sc=Myanmar}\\u3000-\\u303f\\uff01-\\uffee";
const opens = new RegExp(`^[${unspaced}]`, "u");
const ends = new RegExp(`[${unspaced}]\\p{M}*$`, "u");

const KNOWN = 1;
const OPENS = 2;
const ENDS = 4;

/**
 * Tells of tokens whether a space stands before them, since a stream of tokens no longer has the text between them. By script, a space stands
 * between two tokens unless a character of a script without spaces touches the place: `the cat`, 我喜欢猫, 用GPT写. The first token of a
 * document has none.
 * State: the token before, and 4 bytes per id given out by the lexicon.
 */
export class WordSpaces {
  readonly #rule: SpaceRule;
  readonly #codes = new TermCodes();
  #begins = true;
  #afterUnspaced = false;

  constructor(rule: SpaceRule) {
    this.#rule = rule;
  }

  /** What stands before each token (T,). */
  before({ lexicon, ids, documentOffsets }: TokenBatch): Uint8Array {
    const codes = this.#codes.of(lexicon);
    const before = new Uint8Array(ids.length);
    let next = 0;
    for (let i = 0; i < ids.length; i++) {
      for (; documentOffsets[next] === i; next++) this.#begins = true;
      codes[ids[i]!] ||= codeOf(lexicon, ids[i]!);
      before[i] = this.#step(codes[ids[i]!]!);
    }
    if (next < documentOffsets.length) this.#begins = true;
    return before;
  }

  save(): StageState {
    return { facts: { begins: this.#begins, afterUnspaced: this.#afterUnspaced }, arrays: {} };
  }

  restore({ facts }: StageState): void {
    this.#begins = facts.begins as boolean;
    this.#afterUnspaced = facts.afterUnspaced as boolean;
  }

  #step(code: number): number {
    const isUnspaced = this.#afterUnspaced || (code & OPENS) !== 0;
    const isSpaced = this.#rule === "all" || (this.#rule === "script" && !isUnspaced);
    const before = isSpaced ? SPACED : ADJOINS;
    const found = this.#begins ? BEGINS : before;
    this.#begins = false;
    this.#afterUnspaced = (code & ENDS) !== 0;
    return found;
  }
}

function codeOf(lexicon: Lexicon, id: number): number {
  const term = lexicon.term(id) ?? "";
  return KNOWN + (opens.test(term) ? OPENS : 0) + (ends.test(term) ? ENDS : 0);
}
