import type { StageState } from "../../schemas/state.js";
import { characterClasses } from "../text/characterClasses.js";
import type { HanSegmenter } from "../text/hanSegmenter.js";
import { tokenAutomaton } from "../text/tokenAutomaton.js";
import { TokenScanner } from "../text/tokenScanner.js";
import { GrowingLexicon } from "../vocabulary/lexicon.js";
import { TermCodes } from "../vocabulary/termCodes.js";

export interface WordFinderOptions {
  /** What a token is, as `tokenize` has it. */
  readonly mode: "words" | "chinese" | "whitespace";
  readonly segmenter?: HanSegmenter | undefined;
  /** The term as which a token counts; an empty text for a stop word. Asked once for each distinct token. */
  readonly termOf: (token: string) => string;
  /** Terms held at once, and tokens. */
  readonly maxTerms: number;
}

/**
 * The words of a document at their T places; stop words and what lies between words are left out. The arrays hold until the next document.
 */
export interface DocumentWords {
  /** Which of the document's distinct words stands at each place: numbers from 0, in the order in which they first stand there (T,). */
  readonly words: Uint32Array;
  /** Offsets of the first byte and behind the last (T,). */
  readonly starts: Uint32Array;
  readonly ends: Uint32Array;
  /** 1 where nothing but white space or a hyphen lies between a word and the one before, else 0 (T,). */
  readonly follows: Uint8Array;
  /** The term of each distinct word, as a number by which others know it (V,). */
  readonly terms: Uint32Array;
  /** Tokens of more than 1,000 bytes, which were left out. */
  readonly tooLong: number;
}

const DROPPED = 1;
/** The number of a term is moved up by as much as there are codes before it. */
const FIRST_CODE = 2;
const longestToken = 1000;

/**
 * Finds the words of whole documents, and counts in how many documents each term stands.
 *
 * Bounds: the lexicons of tokens and of terms prune as that of `tokenize` does, so that the count of a rare term may begin anew. State:
 * `maxTerms` tokens and terms of 36 to 68 bytes and their text, 12 bytes per id given out by them, and 4 to 16 bytes a byte of the longest
 * document.
 */
export class WordFinder {
  readonly #termOf: WordFinderOptions["termOf"];
  readonly #tokens: GrowingLexicon;
  readonly #terms: GrowingLexicon;
  readonly #places = new Places();
  readonly #scanner: TokenScanner;
  readonly #codes = new TermCodes();
  /** By term: the document in which it stood last, and its number there. */
  #seenIn = new Uint32Array(1024);
  #wordOf = new Uint32Array(1024);
  #documents = 0;
  /** positions[i] is i. */
  #positions = new Uint32Array(0);
  /** The terms of the document, by their numbers there. */
  #found = new Uint32Array(1024);
  #size = 0;

  constructor({ mode, segmenter, termOf, maxTerms }: WordFinderOptions) {
    this.#termOf = termOf;
    this.#tokens = new GrowingLexicon({ maxTerms });
    this.#terms = new GrowingLexicon({ maxTerms });
    this.#scanner = new TokenScanner({
      classes: characterClasses(mode),
      automaton: tokenAutomaton({ marksStandAlone: false }),
      lexicon: this.#tokens,
      batcher: this.#places,
      maxTokenLength: longestToken,
      withPositions: true,
      segmenter,
    });
  }

  /** Documents so far. */
  get documents(): number {
    return this.#documents;
  }

  /** The text of a term that stands in the last document. */
  term(term: number): string {
    return this.#terms.term(term)!;
  }

  /** In how many of the documents so far a term stands. */
  documentFrequency(term: number): number {
    return Math.max(1, this.#terms.count(term)); // a term that was pruned stands in this document at least
  }

  /** The words of the next document, which are UTF-8. */
  find(bytes: Uint8Array): DocumentWords {
    this.#tokens.forgetPruned();
    this.#terms.forgetPruned();
    this.#documents++;
    this.#size = 0;
    const { rejected } = this.#scanner;
    const places = this.#places;
    places.clear();
    this.#scanner.scan(bytes, 0, bytes.length, this.#positionsTo(bytes.length));
    this.#scanner.endToken();
    const length = this.#keepWords(bytes);
    return {
      words: places.words.subarray(0, length),
      starts: places.starts.subarray(0, length),
      ends: places.ends.subarray(0, length),
      follows: places.follows.subarray(0, length),
      terms: this.#found.subarray(0, this.#size),
      tooLong: this.#scanner.rejected - rejected,
    };
  }

  /** Puts the words in the place of all tokens, and tells how many there are. */
  #keepWords(bytes: Uint8Array): number {
    const { words, starts, ends, follows, length } = this.#places;
    const codes = this.#codes.of(this.#tokens);
    let kept = 0;
    let before = -1; // where the token before ended, if it is a word
    for (let i = 0; i < length; i++) {
      const word = this.#wordOfToken(codes, words[i]!);
      const [start, end] = [starts[i]!, ends[i]!];
      if (word >= 0) {
        words[kept] = word;
        starts[kept] = start;
        ends[kept] = end;
        follows[kept++] = before >= 0 && isGap(bytes, before, start) ? 1 : 0;
      }
      before = word >= 0 ? end : -1;
    }
    return kept;
  }

  /** What is known of documents so far. */
  save(): StageState {
    const { facts, arrays } = this.#terms.save();
    return { facts: { ...facts, documents: this.#documents }, arrays };
  }

  restore({ facts, arrays }: StageState): void {
    const { documents, ...rest } = facts;
    this.#documents = documents as number;
    this.#terms.restore({ facts: rest, arrays });
  }

  /** The document's number of a token's word; -1 for a stop word. */
  #wordOfToken(codes: Uint32Array, token: number): number {
    const code = codes[token]!;
    if (code === DROPPED) return -1;
    if (code >= FIRST_CODE) {
      const term = code - FIRST_CODE;
      if (this.#seenIn[term] === this.#documents) return this.#wordOf[term]!;
      if (this.#terms.addAgain(term)) return this.#see(term);
    }
    const text = this.#termOf(this.#tokens.term(token)!);
    if (text === "") {
      codes[token] = DROPPED;
      return -1;
    }
    const term = this.#terms.idOf(text) ?? -1;
    if (term >= 0) {
      codes[token] = term + FIRST_CODE;
      if (this.#seenIn[term] === this.#documents) return this.#wordOf[term]!;
      this.#terms.addAgain(term);
      return this.#see(term);
    }
    const bytes = encoder.encode(text);
    const added = this.#terms.add(bytes, 0, bytes.length);
    codes[token] = added + FIRST_CODE;
    return this.#see(added);
  }

  /** Numbers a term that was not in the document yet. */
  #see(term: number): number {
    while (term >= this.#seenIn.length) {
      this.#seenIn = twiceAsLong(this.#seenIn);
      this.#wordOf = twiceAsLong(this.#wordOf);
    }
    this.#seenIn[term] = this.#documents;
    if (this.#size === this.#found.length) this.#found = twiceAsLong(this.#found);
    this.#found[this.#size] = term;
    this.#wordOf[term] = this.#size;
    return this.#size++;
  }

  #positionsTo(end: number): Uint32Array {
    if (this.#positions.length <= end)
      this.#positions = new Uint32Array(Math.max(end + 1, 2 * this.#positions.length)).map((_, i) => i);
    return this.#positions;
  }
}

/** Where the tokens of a document lie. Memory: 13 bytes a token of the longest document, twice that while it grows. */
class Places {
  /** Tokens first, then words. */
  words = new Uint32Array(1024);
  starts = new Uint32Array(1024);
  ends = new Uint32Array(1024);
  follows = new Uint8Array(1024);
  length = 0;

  clear(): void {
    this.length = 0;
  }

  push(token: number, start: number, end: number): void {
    if (this.length === this.words.length) this.#grow();
    const at = this.length++;
    this.words[at] = token;
    this.starts[at] = start;
    this.ends[at] = end;
  }

  #grow(): void {
    this.words = twiceAsLong(this.words);
    this.starts = twiceAsLong(this.starts);
    this.ends = twiceAsLong(this.ends);
    this.follows = new Uint8Array(2 * this.follows.length);
  }
}

function twiceAsLong(values: Uint32Array): Uint32Array<ArrayBuffer> {
  const larger = new Uint32Array(2 * values.length);
  larger.set(values);
  return larger;
}

const encoder = new TextEncoder();

const [TAB, NEWLINE, SPACE, HYPHEN] = [0x09, 0x0a, 0x20, 0x2d];

/** Whether nothing lies in `bytes[from, to)`, or one hyphen, or white space with at most one line end. */
function isGap(bytes: Uint8Array, from: number, to: number): boolean {
  if (to - from === 1 && bytes[from] === HYPHEN) return true;
  let lineEnds = 0;
  for (let i = from; i < to; i++) {
    const byte = bytes[i]!;
    if (byte === NEWLINE) lineEnds++;
    else if (byte !== SPACE && byte !== TAB) return false;
  }
  return lineEnds <= 1;
}
