/**
 * Cuts UTF-8 into tokens in one pass over the bytes, as `tokenAutomaton` says, and gives each its id. The terms of a Han run are
 * what a HanSegmenter cuts it into; marks that follow the run belong to the last. A run of more than 4096 ideographs is cut after
 * every 4096th.
 *
 * State between calls: the token in progress. No more of its bytes are kept than a token that is passed on may have.
 */
import type { StageState } from "../../schemas/state.js";
import type { GrowingLexicon } from "../vocabulary/lexicon.js";
import { DIGIT, OTHER } from "./characterClasses.js";
import type { HanSegmenter } from "./hanSegmenter.js";
import {
  BEGINS,
  ENDS,
  HAN_MARKED,
  HAN_RUN,
  IDLE,
  JOINS,
  NUMBER,
  NUMBER_JOINT,
  stateBits,
  WORD,
  WORD_JOINT,
} from "./tokenAutomaton.js";
import type { TokenBatcher } from "./tokenBatcher.js";
import { decodeAt, sequenceLength } from "./utf8.js";

export interface TokenScannerParts {
  /** The class of every code point. */
  readonly classes: Uint8Array;
  readonly automaton: Uint8Array;
  readonly lexicon: GrowingLexicon;
  readonly batcher: Pick<TokenBatcher, "push">;
  /** In bytes; longer tokens are counted and left out. */
  readonly maxTokenLength: number;
  /** Needed where a code point is of class HAN. */
  readonly segmenter?: HanSegmenter | undefined;
  readonly withPositions: boolean;
}

const longestHanRun = 4096;
/** What the first byte of a longer code point is, in the table of bytes. */
const MULTIBYTE = 9;

export class TokenScanner {
  readonly #parts: TokenScannerParts;
  /** The classes of ASCII, then MULTIBYTE (256,). */
  readonly #ofByte: Uint8Array;
  readonly #cuts = new Uint32Array(longestHanRun);

  // The token in progress. Its offsets are counted from where scanning goes on, so they are 0 or less.
  #state = IDLE;
  #start = 0;
  /** End of the word before its joint. */
  #end = 0;
  /** End of the ideographs of a Han run, and how many there are. */
  #hanEnd = 0;
  #hanLength = 0;

  /** The bytes of the token in progress, as far as they are needed, and where each and the end lies in the document. */
  readonly #held: Uint8Array;
  readonly #heldPositions: Uint32Array;
  #heldLength = 0;

  #read = 0;
  #rejected = 0;

  constructor(parts: TokenScannerParts) {
    this.#parts = parts;
    this.#ofByte = asciiClasses(parts.classes);
    const longest = (parts.segmenter ? 4 * longestHanRun : 0) + parts.maxTokenLength + 8;
    this.#held = new Uint8Array(longest);
    this.#heldPositions = new Uint32Array(parts.withPositions ? longest + 1 : 0);
  }

  /** Tokens found so far. */
  get read(): number {
    return this.#read;
  }

  /** Whether the next text may go on with a token. */
  get isInToken(): boolean {
    return this.#state !== IDLE;
  }

  /** Those among them that were too long. */
  get rejected(): number {
    return this.#rejected;
  }

  /**
   * Takes in `bytes[from, to)`, whole code points, which go on where the last call ended. `positions[i]` tells where the code
   * point at byte i, or the end of the text at `to`, lies in the document (to + 1,).
   */
  scan(bytes: Uint8Array, from: number, to: number, positions: Uint32Array | undefined): void {
    if (positions) this.#heldPositions[this.#heldLength] = positions[from]!;
    if (from === to) return;
    const { classes, automaton } = this.#parts;
    const ofByte = this.#ofByte;
    let state = this.#state;
    let start = from + this.#start;
    let end = from + this.#end;
    let hanEnd = from + this.#hanEnd;
    let hanLength = this.#hanLength;

    for (let i = from; i < to; ) {
      let characterClass = ofByte[bytes[i]!]!;
      // The automaton by hand for most of what there is: words of ASCII and what lies between them.
      if (state === IDLE) {
        while (characterClass === OTHER && ++i < to) characterClass = ofByte[bytes[i]!]!;
        if (i === to) break;
        if (characterClass <= DIGIT) {
          state = WORD;
          start = i;
        }
      }
      if (state <= NUMBER) {
        while (characterClass <= DIGIT) {
          state = characterClass;
          if (++i === to) break;
          characterClass = ofByte[bytes[i]!]!;
        }
        if (i === to) break;
        if (characterClass === OTHER) {
          this.#add(bytes, from, start, i++, positions);
          state = IDLE;
          continue;
        }
      }

      const at = i++;
      if (characterClass === MULTIBYTE) {
        const length = sequenceLength(bytes[at]!);
        characterClass = classes[decodeAt(bytes, at, length)]!;
        i = at + length;
      }
      let step = automaton[state * 16 + characterClass]!;
      if (step === HAN_RUN && hanLength === longestHanRun) step = ENDS | BEGINS | HAN_RUN;
      if (step & ENDS) {
        if (state === HAN_RUN || state === HAN_MARKED) this.#addRun(bytes, from, start, hanEnd, at, positions);
        else if (state === WORD_JOINT || state === NUMBER_JOINT) this.#add(bytes, from, start, end, positions);
        else this.#add(bytes, from, start, at, positions);
      }
      if (step & BEGINS) {
        start = at;
        hanLength = 0;
      } else if (step & JOINS) {
        end = at;
      }
      state = step & stateBits;
      if (state === HAN_RUN) {
        hanEnd = i;
        hanLength++;
      }
    }

    this.#state = state;
    this.#hanLength = hanLength;
    this.#start = start - to;
    this.#end = end - to;
    this.#hanEnd = hanEnd - to;
    if (state !== IDLE) this.#hold(bytes, Math.max(from, start), to, positions);
  }

  /** The token in progress. */
  save(): StageState {
    const [state, start, end, hanEnd, hanLength] = [this.#state, this.#start, this.#end, this.#hanEnd, this.#hanLength];
    const held = this.#held.slice(0, this.#heldLength);
    const heldPositions = this.#heldPositions.slice(0, this.#heldLength + 1);
    return { facts: { state, start, end, hanEnd, hanLength }, arrays: { held, heldPositions } };
  }

  restore({ facts, arrays }: StageState): void {
    const { state, start, end, hanEnd, hanLength } = facts as Record<string, number>;
    this.#state = state!;
    this.#start = start!;
    this.#end = end!;
    this.#hanEnd = hanEnd!;
    this.#hanLength = hanLength!;
    this.#held.set(arrays.held!);
    this.#heldLength = arrays.held!.length;
    this.#heldPositions.set(arrays.heldPositions!);
  }

  /** Ends the token in progress: what follows is another sentence, or nothing. */
  endToken(): void {
    const state = this.#state;
    const positions = this.#parts.withPositions ? this.#heldPositions : undefined;
    if (state === HAN_RUN || state === HAN_MARKED) this.#addRun(this.#held, 0, this.#start, this.#hanEnd, 0, positions);
    else if (state === WORD_JOINT || state === NUMBER_JOINT)
      this.#add(this.#held, 0, this.#start, this.#end, positions);
    else if (state !== IDLE) this.#add(this.#held, 0, this.#start, 0, positions);
    this.#state = IDLE;
  }

  /** A token that another rule has found, after `endToken`. */
  addWord(bytes: Uint8Array, start: number, end: number, positions: Uint32Array | undefined): void {
    this.#read++;
    this.#pass(bytes, start, end, positions);
  }

  /** The token [start, end) of the text whose scan began at `from`; earlier bytes are held. */
  #add(bytes: Uint8Array, from: number, start: number, end: number, positions?: Uint32Array): void {
    this.#read++;
    if (start < from) {
      this.#hold(bytes, from, end, positions);
      this.#heldLength = 0;
      this.#pass(this.#held, 0, end - start, positions && this.#heldPositions);
    } else this.#pass(bytes, start, end, positions);
  }

  #addRun(bytes: Uint8Array, from: number, start: number, hanEnd: number, end: number, positions?: Uint32Array): void {
    if (start < from) {
      this.#hold(bytes, from, end, positions);
      this.#heldLength = 0;
      this.#addRun(this.#held, 0, 0, hanEnd - start, end - start, positions && this.#heldPositions);
      return;
    }
    const cuts = this.#cuts;
    const words = this.#parts.segmenter!.segment(bytes, start, hanEnd, cuts);
    cuts[words - 1] = end;
    this.#read += words;
    let at = start;
    for (let word = 0; word < words; word++) {
      const cut = cuts[word]!;
      this.#pass(bytes, at, cut, positions);
      at = cut;
    }
  }

  #pass(bytes: Uint8Array, start: number, end: number, positions: Uint32Array | undefined): void {
    const { batcher, lexicon, maxTokenLength } = this.#parts;
    if (end - start > maxTokenLength) {
      this.#rejected++;
      return;
    }
    const id = lexicon.add(bytes, start, end);
    if (positions) batcher.push(id, positions[start]!, positions[end]!);
    else batcher.push(id, 0, 0);
  }

  /** Keeps `bytes[from, to)`, the next of the token in progress, as far as there is room: beyond it, the token is too long. */
  #hold(bytes: Uint8Array, from: number, to: number, positions: Uint32Array | undefined): void {
    const length = Math.min(to - from, this.#held.length - this.#heldLength);
    if (length <= 0) return;
    this.#held.set(bytes.subarray(from, from + length), this.#heldLength);
    if (positions) this.#heldPositions.set(positions.subarray(from, from + length + 1), this.#heldLength);
    this.#heldLength += length;
  }
}

/** The classes of ASCII, then MULTIBYTE (256,). */
export function asciiClasses(classes: Uint8Array): Uint8Array {
  const ofByte = new Uint8Array(256).fill(MULTIBYTE);
  ofByte.set(classes.subarray(0, 128));
  return ofByte;
}
