import { isSubwordVocabulary, type SubwordVocabulary } from "../../schemas/subwordVocabulary.js";
import type { TokenBatch } from "../../schemas/tokens.js";
import type { Vocabulary } from "../../schemas/vocabulary.js";
import { WordPieces } from "../tokenizers/wordPieces.js";
import { WordSpaces } from "../tokenizers/wordSpaces.js";
import { idOfTerm } from "../vocabulary/idOfTerm.js";
import type { Network } from "./network.js";

/** What stands around a text in a model that learned whole rows, where its vocabulary has it. */
const FRAME = ["[CLS]", "[SEP]"] as const;

/**
 * The ids by which a language model reads each word: its pieces, its own, that of the unknown term, or none.
 * State: pieces of words; what stands before the next one.
 */
export class WordIds {
  readonly #vocabulary: Vocabulary;
  readonly #unknown: readonly number[];
  readonly #pieces: WordPieces | undefined;
  readonly #spaces = new WordSpaces("script");

  /** @param unknownId is read for words that a vocabulary of words does not know */
  constructor(vocabulary: Vocabulary, unknownId: number | undefined) {
    this.#vocabulary = vocabulary;
    this.#unknown = unknownId === undefined ? [] : [unknownId];
    this.#pieces = isSubwordVocabulary(vocabulary) ? new WordPieces(vocabulary) : undefined;
  }

  /** Of each token of a batch, by its place there. */
  of(batch: TokenBatch): (token: number) => ArrayLike<number> {
    if (this.#pieces) {
      const { ids, wordOffsets } = this.#pieces.of(batch, this.#spaces.before(batch));
      return (token) => ids.subarray(wordOffsets[token], wordOffsets[token + 1] ?? ids.length);
    }
    return (token) => {
      const term = batch.lexicon.term(batch.ids[token]!);
      const id = idOfTerm(this.#vocabulary, term);
      return id === undefined ? this.#unknown : [id];
    };
  }
}

/** Ids that stand before and behind a text. */
export interface TextFrame {
  readonly before: readonly number[];
  readonly after: readonly number[];
}

/** The special terms that a model reads around a text: those that its tokenizer adds, or of a model of words that reads both sides, [CLS] and [SEP]. */
export function frameOf(vocabulary: Vocabulary, { readsBothSides }: Network): TextFrame {
  if (isSubwordVocabulary(vocabulary)) return frameOfPieces(vocabulary);
  const [before, after] = FRAME.map((term) => vocabulary.idOf(term));
  const given = (id: number | undefined) => (readsBothSides && id !== undefined ? [id] : []);
  return { before: given(before), after: given(after) };
}

function frameOfPieces(vocabulary: SubwordVocabulary): TextFrame {
  const bare = [...vocabulary.encode("a", { specials: false })];
  const whole = [...vocabulary.encode("a", { specials: true })];
  const start = whole.findIndex((_, k) => bare.every((id, i) => whole[k + i] === id));
  return { before: whole.slice(0, start), after: whole.slice(start + bare.length) };
}
