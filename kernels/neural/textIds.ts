import type { LanguageModel } from "../../schemas/languageModel.js";
import type { Lexicon } from "../../schemas/tokens.js";
import type { Vocabulary } from "../../schemas/vocabulary.js";
import type { WordForm } from "../linear/wordDocuments.js";
import { idOfTerm } from "../vocabulary/idOfTerm.js";
import type { Network } from "./network.js";
import { frameOf, WordIds } from "./wordIds.js";

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
  readonly #ids: WordIds;
  readonly #before: readonly number[];
  readonly #after: readonly number[];
  readonly #words: string[] = [];
  readonly #numbers = new Map<string, number>();
  readonly #lexicon: Lexicon;

  constructor(vocabulary: Vocabulary, network: Network, { unknown, beginning, sentenceEnd }: LanguageModel) {
    const idsOf = (term: string | undefined) => [idOfTerm(vocabulary, term) ?? []].flat();
    const words = this.#words;
    this.#ids = new WordIds(vocabulary, idOfTerm(vocabulary, unknown));
    const around = frameOf(vocabulary, network);
    this.#before = [around.before, idsOf(beginning)].find((ids) => ids.length > 0) ?? [];
    this.#after = [around.after, idsOf(sentenceEnd)].find((ids) => ids.length > 0) ?? [];
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
      else for (let k = 0; k < some.length; k++) places[ids.push(some[k]!) - 1] = word;
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
  #idsOf(ids: Uint32Array): ArrayLike<number>[] {
    const offsets = Uint32Array.of(0);
    const of = this.#ids.of({ lexicon: this.#lexicon, ids, sentenceOffsets: offsets, documentOffsets: offsets });
    return Array.from(ids, (_, word) => of(word));
  }
}
