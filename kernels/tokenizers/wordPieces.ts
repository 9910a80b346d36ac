import type { SubwordVocabulary } from "../../schemas/subwordVocabulary.js";
import type { Lexicon, TokenBatch } from "../../schemas/tokens.js";
import { BEGINS, SPACED } from "./wordSpaces.js";

/** Numbers that the pieces of remembered words may take. */
const MOST_PIECES = 1 << 24;

/** Pieces of the words of a batch. */
export interface PieceRows {
  readonly ids: Uint32Array;
  /** Where the pieces of each word begin (T,); the same as that of the next for a word without pieces. */
  readonly wordOffsets: Uint32Array;
  /** Words without pieces: the lexicon no longer knows the word; nothing of it is left by the normalizer. */
  readonly pruned: number;
  readonly empty: number;
  /** Unknown pieces. */
  readonly unknown: number;
}

/**
 * Looks up the pieces of tokens, each word once with a space before it and once without.
 * State: 8 bytes per id given out by the lexicon, and at most 64 MiB of pieces; when they become more, all are forgotten.
 */
export class WordPieces {
  readonly #vocabulary: SubwordVocabulary;
  #lexicon: Lexicon | undefined;
  /** By id of the lexicon, without and with a space: where its pieces stand, their number first; 0 until they are known. */
  #places = new Uint32Array(2048);
  #pieces = new Uint32Array(1 << 16);
  #end = 1;

  constructor(vocabulary: SubwordVocabulary) {
    this.#vocabulary = vocabulary;
  }

  /** @param before what stands before each token, as `WordSpaces` tells it */
  of({ lexicon, ids: tokens }: TokenBatch, before: Uint8Array): PieceRows {
    this.#follow(lexicon);
    const wordOffsets = new Uint32Array(tokens.length);
    const { unknownId = -1 } = this.#vocabulary;
    let ids = new Uint32Array(2 * tokens.length + 64);
    let [length, pruned, empty, unknown] = [0, 0, 0, 0];
    for (let i = 0; i < tokens.length; i++) {
      const place = this.#placeOf(lexicon, tokens[i]!, this.#hasSpace(before[i]!));
      const count = this.#pieces[place]!;
      wordOffsets[i] = length;
      if (length + count > ids.length) ids = grown(ids, 2 * (length + count));
      for (let k = 1; k <= count; k++) {
        const id = this.#pieces[place + k]!;
        if (id === unknownId) unknown++;
        ids[length++] = id;
      }
      if (count > 0) continue;
      if (lexicon.term(tokens[i]!) === undefined) pruned++;
      else empty++;
    }
    return { ids: ids.slice(0, length), wordOffsets, pruned, empty, unknown };
  }

  #hasSpace(before: number): boolean {
    const { marksSpaces } = this.#vocabulary;
    if (marksSpaces === "never") return false;
    return before === SPACED || (before === BEGINS && marksSpaces === "always");
  }

  #placeOf(lexicon: Lexicon, id: number, hasSpace: boolean): number {
    const at = 2 * id + (hasSpace ? 1 : 0);
    const known = this.#places[at]!;
    if (known > 0) return known;
    const term = lexicon.term(id);
    const pieces = term === undefined ? [] : this.#vocabulary.encodeWord(hasSpace ? ` ${term}` : term);
    if (this.#end + pieces.length >= MOST_PIECES) this.#forget();
    const place = this.#end;
    this.#end += 1 + pieces.length;
    if (this.#end > this.#pieces.length) this.#pieces = grown(this.#pieces, 2 * this.#end);
    this.#pieces[place] = pieces.length;
    this.#pieces.set(pieces, place + 1);
    this.#places[at] = place;
    return place;
  }

  #follow(lexicon: Lexicon): void {
    if (lexicon !== this.#lexicon) this.#forget();
    this.#lexicon = lexicon;
    if (2 * lexicon.size > this.#places.length) this.#places = grown(this.#places, 4 * lexicon.size);
  }

  #forget(): void {
    this.#places.fill(0);
    this.#end = 1;
  }
}

function grown(values: Uint32Array<ArrayBuffer>, length: number): Uint32Array<ArrayBuffer> {
  const larger = new Uint32Array(length);
  larger.set(values);
  return larger;
}
