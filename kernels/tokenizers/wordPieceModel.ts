import type { PieceIds, PieceModel } from "./pieceModel.js";

export interface WordPieceSettings {
  readonly ids: PieceIds;
  readonly unknownId: number;
  /** What a piece begins with inside of a word. */
  readonly continuingPrefix: string;
  /** Longer words, in characters, become the unknown piece. */
  readonly maxCharacters: number;
}

/**
 * WordPiece: from left to right, the longest piece that fits comes next; a word in which none fits somewhere is the unknown piece as a whole.
 * Source: google-research/bert tokenization.py, WordpieceTokenizer.
 */
export class WordPieceModel implements PieceModel {
  readonly #settings: WordPieceSettings;
  readonly #longest: number;

  constructor(settings: WordPieceSettings) {
    this.#settings = settings;
    let longest = 0;
    for (const piece of settings.ids.keys()) longest = Math.max(longest, piece.length);
    this.#longest = longest;
  }

  encode(word: string, ids: number[]): void {
    const { unknownId, maxCharacters } = this.#settings;
    const before = ids.length;
    const fits = word.length <= maxCharacters || characters(word) <= maxCharacters;
    if (fits && this.#cut(word, ids)) return;
    ids.length = before;
    ids.push(unknownId);
  }

  #cut(word: string, ids: number[]): boolean {
    const { ids: known, continuingPrefix } = this.#settings;
    for (let start = 0; start < word.length; ) {
      const prefix = start === 0 ? "" : continuingPrefix;
      let end = Math.min(word.length, start + this.#longest);
      let id: number | undefined;
      for (; end > start; end--) {
        id = known.get(prefix + word.slice(start, end));
        if (id !== undefined) break;
      }
      if (id === undefined) return false;
      ids.push(id);
      start = end;
    }
    return true;
  }
}

function characters(word: string): number {
  let count = 0;
  for (const _ of word) count++;
  return count;
}

/** Words that are pieces as they stand; any other is the unknown piece. */
export class WordLevelModel implements PieceModel {
  readonly #ids: PieceIds;
  readonly #unknownId: number;

  constructor(ids: PieceIds, unknownId: number) {
    this.#ids = ids;
    this.#unknownId = unknownId;
  }

  encode(word: string, ids: number[]): void {
    ids.push(this.#ids.get(word) ?? this.#unknownId);
  }
}
