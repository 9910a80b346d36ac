import type { StageState } from "../../schemas/state.js";
import { MARK } from "./characterClasses.js";
import {
  BEGINS,
  ENDS,
  HAN_MARKED,
  HAN_RUN,
  IDLE,
  JOINS,
  NUMBER_JOINT,
  stateBits,
  WORD_JOINT,
} from "./tokenAutomaton.js";
import type { TokenScanner } from "./tokenScanner.js";
import { decodeAt, sequenceLength } from "./utf8.js";
import { childOf, type WordTrie } from "./wordTrie.js";

export interface KnownWordScannerParts {
  readonly scanner: TokenScanner;
  /** Where the words will stand when text comes; without any, everything is the scanner's. */
  readonly list: { readonly others: WordTrie | undefined };
  readonly classes: Uint8Array;
  readonly automaton: Uint8Array;
}

/** A stretch of text as `TokenScanner.scan` takes it; `open`: it may go on. */
interface Stretch {
  readonly bytes: Uint8Array;
  readonly from: number;
  readonly to: number;
  readonly positions: Uint32Array | undefined;
  readonly open: boolean;
}

/** Where a word ends cannot be told before more of the text is there. */
const UNKNOWN = -1;

/**
 * Finds words that the rules of `tokenAutomaton` would cut, such as "B站" and "C++", and leaves what lies between them to a
 * TokenScanner: the first that begins in the text, the longest of those that begin there. A word neither begins nor ends inside
 * a token that the rules would make, unless that is a run of Han characters, nor before a mark.
 *
 * State between calls: the text from where a word may have begun, at most the longest word and two characters, and the state of
 * the automaton there.
 */
export class KnownWordScanner {
  readonly #parts: KnownWordScannerParts;
  #state = IDLE;
  #held = new Uint8Array(0);
  #heldPositions: Uint32Array | undefined;

  constructor(parts: KnownWordScannerParts) {
    this.#parts = parts;
  }

  /** As `TokenScanner.scan`. */
  scan(bytes: Uint8Array, from: number, to: number, positions: Uint32Array | undefined): void {
    if (this.#parts.list.others) this.#find(this.#withHeld({ bytes, from, to, positions, open: true }));
    else this.#parts.scanner.scan(bytes, from, to, positions);
  }

  /** What follows is another sentence, or nothing. */
  endToken(): void {
    const { length } = this.#held;
    if (length > 0) this.#find({ bytes: this.#held, from: 0, to: length, positions: this.#heldPositions, open: false });
    this.#parts.scanner.endToken();
    this.#state = IDLE;
  }

  save(): StageState {
    const [held, heldPositions = new Uint32Array(0)] = [this.#held, this.#heldPositions];
    return { facts: { state: this.#state }, arrays: { held, heldPositions } };
  }

  restore({ facts, arrays }: StageState): void {
    this.#state = facts.state as number;
    this.#held = arrays.held as Uint8Array<ArrayBuffer>;
    this.#heldPositions = arrays.heldPositions as Uint32Array;
  }

  #withHeld(stretch: Stretch): Stretch {
    const { bytes, from, to, positions } = stretch;
    const { length } = this.#held;
    if (length === 0) return stretch;
    const joined = new Uint8Array(length + to - from);
    joined.set(this.#held);
    joined.set(bytes.subarray(from, to), length);
    if (!positions) return { ...stretch, bytes: joined, from: 0, to: joined.length };
    const joinedPositions = new Uint32Array(joined.length + 1);
    joinedPositions.set(this.#heldPositions!.subarray(0, length));
    joinedPositions.set(positions.subarray(from, to + 1), length);
    return { ...stretch, bytes: joined, from: 0, to: joined.length, positions: joinedPositions };
  }

  #find(text: Stretch): void {
    const { scanner, automaton } = this.#parts;
    const { bytes, from, to, positions } = text;
    let passed = from;
    let at = from;
    while (at < to) {
      const end = this.#wordEnd(text, at);
      if (end === UNKNOWN) break;
      if (end > at) {
        scanner.scan(bytes, passed, at, positions);
        scanner.endToken();
        scanner.addWord(bytes, at, end, positions);
        this.#state = IDLE;
        passed = end;
        at = end;
      } else {
        this.#state = automaton[this.#state * 16 + this.#classAt(bytes, at)]! & stateBits;
        at += sequenceLength(bytes[at]!);
      }
    }
    scanner.scan(bytes, passed, at, positions);
    this.#held = bytes.slice(at, to);
    this.#heldPositions = positions?.slice(at, to + 1);
  }

  /** The end of the longest word that begins at `at`; `at` if none does. */
  #wordEnd(text: Stretch, at: number): number {
    const { bytes, to, open } = text;
    const { table, filter, firstNodes, logFrequencies } = this.#parts.list.others!;
    const first = decodeAt(bytes, at, sequenceLength(bytes[at]!));
    let node = firstNodes[first] ?? childOf(table, filter, 0, first);
    if (node === 0) return at;
    const begun = this.#goesOn(text, at, this.#state);
    if (begun !== false) return begun === undefined ? UNKNOWN : at;
    let state = IDLE;
    let end = at;
    for (let next = at; node !== 0; ) {
      state = this.#parts.automaton[state * 16 + this.#classAt(bytes, next)]! & stateBits;
      next += sequenceLength(bytes[next]!);
      if (!Number.isNaN(logFrequencies[2 * node - 1]!)) {
        const goesOn = this.#goesOn(text, next, state);
        if (goesOn === undefined) return UNKNOWN;
        if (!goesOn) end = next;
      }
      if (next === to) return open ? UNKNOWN : end;
      node = childOf(table, filter, node, decodeAt(bytes, next, sequenceLength(bytes[next]!)));
    }
    return end;
  }

  /** Whether the token in progress goes on at `at`, so that no word may begin or end there; undefined if it is not known yet. */
  #goesOn({ bytes, to, open }: Stretch, at: number, state: number): boolean | undefined {
    const { automaton } = this.#parts;
    const unknown = open ? undefined : false;
    if (at === to) return unknown;
    const characterClass = this.#classAt(bytes, at);
    if (characterClass === MARK) return true;
    const step = automaton[state * 16 + characterClass]!;
    if (state === IDLE || step & ENDS) return false;
    if ((step & JOINS) === 0) return step !== HAN_RUN;
    const next = at + sequenceLength(bytes[at]!);
    if (next === to) return unknown;
    return (automaton[(step & stateBits) * 16 + this.#classAt(bytes, next)]! & ENDS) === 0;
  }

  #classAt(bytes: Uint8Array, at: number): number {
    return this.#parts.classes[decodeAt(bytes, at, sequenceLength(bytes[at]!))]!;
  }
}

/** What the rules make of a word by itself: one token, a run of Han characters, or something else, which only a list can find. */
export function shapeOf(
  word: Uint8Array,
  { classes, automaton }: Pick<KnownWordScannerParts, "classes" | "automaton">,
): "token" | "han" | "other" {
  let state = IDLE;
  for (let at = 0; at < word.length; at += sequenceLength(word[at]!)) {
    const step = automaton[state * 16 + classes[decodeAt(word, at, sequenceLength(word[at]!))]!]!;
    if (step & ENDS || (at === 0 && (step & BEGINS) === 0)) return "other";
    state = step & stateBits;
  }
  if (state === HAN_RUN) return "han";
  return state === HAN_MARKED || state === WORD_JOINT || state === NUMBER_JOINT ? "other" : "token";
}
