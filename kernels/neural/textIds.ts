import type { LanguageModel } from "../../schemas/languageModel.js";
import { isSubwordVocabulary, type SubwordVocabulary } from "../../schemas/subwordVocabulary.js";
import type { Lexicon } from "../../schemas/tokens.js";
import type { Vocabulary } from "../../schemas/vocabulary.js";
import type { WordForm } from "../linear/wordDocuments.js";
import { WordPieces } from "../tokenizers/wordPieces.js";
import { WordSpaces } from "../tokenizers/wordSpaces.js";

/** Special terms around a text of words, where a vocabulary has them. */
const FRAME = ["[CLS]", "[SEP]"] as const;

/** A text as a network reads it. */
export interface TextIdRow {
  /** With what stands around a text. */
  readonly ids: readonly number[];
  /** The place of each id's word in the text, -1 of what stands around it. */
  readonly words: readonly number[];
  /** Whether words were left out at the end, for which there was no room. */
  readonly isCut: boolean;
}

/**
 * Takes the words of texts as a language model reads them: by its pieces, or its terms and the one for unknown ones, with what stands around
 * a text: special terms, or its beginning and its end. State: the text of each word, and its pieces.
 */
export class TextIds {
  readonly #vocabulary: Vocabulary;
  readonly #pieces: WordPieces | undefined;
  readonly #unknown: readonly number[];
  readonly #before: readonly number[];
  readonly #after: readonly number[];
  readonly #spaces = new WordSpaces("script");
  readonly #words: string[] = [];
  readonly #numbers = new Map<string, number>();
  readonly #lexicon: Lexicon;

  constructor(vocabulary: Vocabulary, { unknown, beginning, sentenceEnd }: LanguageModel) {
    const idsOf = (term: string | undefined) => (term === undefined ? [] : [vocabulary.idOf(term) ?? []].flat());
    const words = this.#words;
    this.#vocabulary = vocabulary;
    this.#unknown = idsOf(unknown);
    this.#pieces = isSubwordVocabulary(vocabulary) ? new WordPieces(vocabulary) : undefined;
    const around = isSubwordVocabulary(vocabulary) ? aroundTexts(vocabulary) : { before: [], after: [] };
    this.#before = [around.before, idsOf(FRAME[0]), idsOf(beginning)].find((ids) => ids.length > 0) ?? [];
    this.#after = [around.after, idsOf(FRAME[1]), idsOf(sentenceEnd)].find((ids) => ids.length > 0) ?? [];
    this.#lexicon = {
      get size() {
        return words.length;
      },
      term: (id) => words[id],
      count: () => 0,
      prunedOccurrences: 0,
    };
  }

  /** Numbers that stand for words. */
  readonly wordForm: WordForm = {
    make: (text) => {
      const known = this.#numbers.get(text);
      if (known !== undefined) return known;
      this.#numbers.set(text, this.#words.length);
      return this.#words.push(text) - 1;
    },
    termOf: (word) => this.#words[word]!,
  };

  /** @param length places at most */
  of(words: ArrayLike<number>, length: number): TextIdRow {
    const room = length - this.#before.length - this.#after.length;
    const ids: number[] = [];
    const places: number[] = [];
    let isCut = false;
    this.#idsOf(Uint32Array.from(words)).forEach((some, word) => {
      if (isCut || ids.length + some.length > room) isCut = true;
      else for (const id of some) places[ids.push(id) - 1] = word;
    });
    if (ids.length === 0) return { ids, words: places, isCut };
    const outside = (around: readonly number[]) => around.map(() => -1);
    return {
      ids: [...this.#before, ...ids, ...this.#after],
      words: [...outside(this.#before), ...places, ...outside(this.#after)],
      isCut,
    };
  }

  /** The ids of each word. */
  #idsOf(ids: Uint32Array): number[][] {
    const lexicon = this.#lexicon;
    if (!this.#pieces) {
      return Array.from(ids, (id) => [this.#vocabulary.idOf(lexicon.term(id)!) ?? this.#unknown].flat());
    }
    const offsets = Uint32Array.of(0);
    const batch = { lexicon, ids, sentenceOffsets: offsets, documentOffsets: offsets };
    const made = this.#pieces.of(batch, this.#spaces.before(batch));
    return Array.from(made.wordOffsets, (from, word) => [...made.ids.subarray(from, made.wordOffsets[word + 1])]);
  }
}

/** The special pieces before and behind the text of a model that reads whole texts: `[CLS]` and `[SEP]`. */
export function aroundTexts(vocabulary: SubwordVocabulary) {
  const bare = [...vocabulary.encode("a", { specials: false })];
  const whole = [...vocabulary.encode("a", { specials: true })];
  const start = whole.findIndex((_, k) => bare.every((id, i) => whole[k + i] === id));
  return { before: whole.slice(0, start), after: whole.slice(start + bare.length) };
}
