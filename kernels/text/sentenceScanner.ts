/**
 * Finds where sentences begin, in one pass over the bytes and without looking ahead: whether one begins is decided at the
 * character it would begin with. The rules, in the order in which they apply after a terminator and the closing marks behind it:
 *
 * - after a wide terminator (。！？；｡, or … after an ideograph or kana) a sentence begins at the next character, unless that is a
 *   comma or a dash;
 * - after any other, white space must come between, unless ideographs or kana stand on both sides, and the sentence must begin
 *   with something else than a small letter, a comma or a dash;
 * - a full stop after a single letter, or after an abbreviation that goes before a name (Mr.) or a number (No. 5), ends nothing;
 * - after a line end, where asked for, a sentence begins at the next character that is not white space.
 *
 * State between calls: the last word's letters, packed into 30 bits, and what stands behind it.
 */
import type { StageState } from "../../schemas/state.js";
import { type Coat, paint } from "./codePointTable.js";
import { decodeAt, sequenceLength } from "./utf8.js";

// Classes of characters.
const LETTER = 0;
const SMALL = 1;
const DIGIT = 2;
const IDEOGRAPH = 3;
const MARK = 4;
const SPACE = 5;
const LINE_END = 6;
const STOP = 7;
const ELLIPSIS = 8;
const TERMINATOR = 9;
const WIDE_TERMINATOR = 10;
const CLOSING = 11;
/** Closes behind a terminator, else opens. */
const QUOTE = 12;
/** Never begins a sentence. */
const BETWEEN = 13;
const OTHER = 14;
const MULTIBYTE = 15;

const coats: readonly Coat[] = [
  { pattern: "\\p{L}", as: LETTER },
  { pattern: "\\p{Ll}", as: SMALL },
  { pattern: "\\p{N}", as: DIGIT },
  { pattern: "[\\p{Script=Han}\\p{Script=Hiragana}\\p{Script_Extensions=Katakana}]", as: IDEOGRAPH, over: LETTER },
  { pattern: "[\\p{M}\\u200c\\u200d]", as: MARK },
  { pattern: "[\\p{Pd},:;\\u060c\\u061b\\u3001\\uff0c\\uff1a\\ufe50\\ufe51\\uff64]", as: BETWEEN },
  { pattern: "[\\p{Pe}\\p{Pf}]", as: CLOSING },
  { pattern: "[\"']", as: QUOTE },
  { pattern: "\\p{Sentence_Terminal}", as: TERMINATOR },
  { pattern: "[\\u3002\\uff01\\uff1f\\uff1b\\uff61]", as: WIDE_TERMINATOR },
  { pattern: "[.\\uff0e]", as: STOP },
  { pattern: "\\u2026", as: ELLIPSIS },
  { pattern: "\\p{White_Space}", as: SPACE },
  { pattern: "[\\n\\u2028\\u2029\\u0085]", as: LINE_END },
];

let classesWhenNeeded: Uint8Array | undefined;

// What stands behind the last word.
const NOTHING = 0;
/** White space, from the start of the sentence on. */
const BLANK = 1;
const FULL_STOP = 2;
/** One …, or several full stops. */
const DOTS = 3;
const STRONG = 4;
const WIDE = 5;
const NEW_LINE = 6;

// What a terminator makes of what stands behind the last word: afterTerminator[behind][class - STOP].
const afterTerminator: readonly (readonly number[])[] = [
  [FULL_STOP, DOTS, STRONG, WIDE],
  [],
  [DOTS, DOTS, STRONG, WIDE],
  [DOTS, DOTS, STRONG, WIDE],
  [STRONG, STRONG, STRONG, WIDE],
  [WIDE, WIDE, WIDE, WIDE],
];

/** Letters of a word, five bits each. */
const pack = (word: string): number =>
  [...word].reduce((packed, letter) => (packed << 5) | (letter.charCodeAt(0) & 31), 0);
const longestAbbreviation = 6;
/** The length of what has digits in it. */
const notAWord = 1000;
const packed = (words: string): ReadonlySet<number> => new Set(words.split(" ").map(pack));

const beforeNames = packed(
  "mr mrs ms dr prof st messrs mme mlle rev fr gen col capt cpt lt sgt maj cmdr hon gov sen rep mt ft vs cf eg ie",
);
const beforeNumbers = packed(
  "no nos nr vol vols fig figs pp ch sec art jan feb mar apr jun jul aug sep sept oct nov dec ca approx",
);
const pronounI = pack("i");

export class SentenceScanner {
  readonly #classes: Uint8Array;
  /** What a line end counts as. */
  readonly #lineEnd: number;
  readonly #ofByte = new Uint8Array(256).fill(MULTIBYTE);
  #behind = BLANK;
  #spaced = false;
  /** The class of the last character in the sentence, and of the one before the terminator. */
  #previous = SPACE;
  #beforeTerminator = SPACE;
  #word = 0;
  #wordLength = 0;

  /** `newline`: a line end ends the sentence. */
  constructor({ newline }: { readonly newline: boolean }) {
    classesWhenNeeded ??= paint(OTHER, coats);
    this.#classes = classesWhenNeeded;
    this.#lineEnd = newline ? LINE_END : SPACE;
    this.#ofByte.set(this.#classes.subarray(0, 128));
    this.#ofByte[0x0a] = this.#lineEnd;
  }

  save(): StageState {
    const words = [
      this.#behind,
      Number(this.#spaced),
      this.#previous,
      this.#beforeTerminator,
      this.#word,
      this.#wordLength,
    ];
    return { facts: {}, arrays: { words: Float64Array.from(words) } };
  }

  restore({ arrays }: StageState): void {
    const [behind, spaced, previous, beforeTerminator, word, wordLength] = arrays.words!;
    this.#behind = behind!;
    this.#spaced = spaced === 1;
    this.#previous = previous!;
    this.#beforeTerminator = beforeTerminator!;
    this.#word = word!;
    this.#wordLength = wordLength!;
  }

  /** What was taken in before says nothing about what comes now. */
  startDocument(): void {
    this.#behind = BLANK;
    this.#previous = SPACE;
  }

  /** Goes on with `bytes[from, to)`, whole code points; adds the offsets at which sentences begin to `starts`. */
  scan(bytes: Uint8Array, from: number, to: number, starts: number[]): void {
    const ofByte = this.#ofByte;
    for (let i = from; i < to; ) {
      const at = i;
      const byte = bytes[at]!;
      let characterClass = ofByte[byte]!;
      i++;
      if (characterClass === MULTIBYTE) {
        const length = sequenceLength(byte);
        characterClass = this.#classes[decodeAt(bytes, at, length)]!;
        if (characterClass === LINE_END) characterClass = this.#lineEnd;
        i = at + length;
      }
      if (this.#behind !== NOTHING) {
        if (this.#staysBehind(characterClass)) continue;
        if (this.#begins(characterClass)) starts.push(at);
        this.#behind = NOTHING;
        this.#wordLength = 0;
      }
      this.#goOn(characterClass, byte);
    }
  }

  /** Takes in a character of the sentence. */
  #goOn(characterClass: number, byte: number): void {
    if (characterClass === MARK) return;
    if (characterClass <= SMALL) {
      this.#word = (this.#word << 5) | (byte < 0x80 ? byte & 31 : 0);
      this.#wordLength++;
    } else if (characterClass === DIGIT) this.#wordLength = notAWord;
    else if (characterClass >= STOP && characterClass <= WIDE_TERMINATOR) {
      const afterIdeograph = characterClass === ELLIPSIS && this.#previous === IDEOGRAPH;
      this.#behind = afterIdeograph ? WIDE : afterTerminator[NOTHING]![characterClass - STOP]!;
      this.#beforeTerminator = this.#previous;
      this.#spaced = false;
    } else if (characterClass === LINE_END) this.#behind = NEW_LINE;
    else this.#wordLength = 0;
    this.#previous = characterClass;
  }

  /** Whether the character belongs to what stands between two sentences, and is taken in here. */
  #staysBehind(characterClass: number): boolean {
    const afterTerminators = this.#behind !== BLANK && this.#behind !== NEW_LINE;
    switch (characterClass) {
      case LINE_END:
        if (afterTerminators) this.#behind = NEW_LINE;
        return true;
      case SPACE:
        this.#spaced = true;
        return true;
      case MARK:
      case CLOSING:
        return afterTerminators;
      case QUOTE:
        return afterTerminators && !this.#spaced;
      case STOP:
      case ELLIPSIS:
      case TERMINATOR:
      case WIDE_TERMINATOR:
        if (afterTerminators) this.#behind = afterTerminator[this.#behind]![characterClass - STOP]!;
        this.#spaced = false;
        return afterTerminators;
      default:
        return false;
    }
  }

  /** Whether a sentence begins with the character. */
  #begins(characterClass: number): boolean {
    const behind = this.#behind;
    if (behind === BLANK) return false;
    if (behind === NEW_LINE) return true;
    if (characterClass === BETWEEN) return false;
    if (behind === WIDE) return true;
    if (!this.#spaced) {
      return this.#beforeTerminator === IDEOGRAPH && (characterClass === IDEOGRAPH || characterClass === OTHER);
    }
    return characterClass !== SMALL && !(behind === FULL_STOP && this.#isAbbreviation(characterClass === DIGIT));
  }

  #isAbbreviation(beforeNumber: boolean): boolean {
    const word = this.#word & (2 ** (5 * this.#wordLength) - 1);
    if (this.#wordLength === 1) return word !== pronounI;
    if (this.#wordLength > longestAbbreviation) return false;
    return beforeNames.has(word) || (beforeNumber && beforeNumbers.has(word));
  }
}
