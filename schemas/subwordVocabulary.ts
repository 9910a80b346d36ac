import type { Vocabulary } from "./vocabulary.js";

/** A part of a tokenizer as `tokenizer.json` writes it: its `type`, and its settings under their names there. */
export interface TokenizerPart {
  readonly type: string;
  readonly [setting: string]: unknown;
}

/** A token that is found in the text before anything else is done to it, such as `[MASK]`. */
export interface AddedToken {
  readonly id: number;
  readonly content: string;
  /** Only where no letter, digit or low line touches it. */
  readonly single_word: boolean;
  /** Takes the white space before it in. */
  readonly lstrip: boolean;
  /** Takes the white space behind it in. */
  readonly rstrip: boolean;
  /** Looked for in the normalised text. */
  readonly normalized: boolean;
  readonly special: boolean;
}

/** Two pieces that are put together where they are neighbours; the earlier in the list come first. */
export type Merge = readonly [first: string, second: string];

/** How text becomes pieces, as `tokenizer.json` says it, all but the pieces themselves. */
export interface TokenizerForm {
  readonly added_tokens: readonly AddedToken[];
  readonly normalizer: TokenizerPart | null;
  readonly pre_tokenizer: TokenizerPart | null;
  readonly post_processor: TokenizerPart | null;
  readonly decoder: TokenizerPart | null;
  readonly model: TokenizerPart & { readonly merges?: readonly Merge[] };
  /** Kept for other programs: what is encoded is never cut or filled up. */
  readonly truncation?: unknown;
  readonly padding?: unknown;
}

export interface SpecialsOption {
  /** Of `encode`: adds the special tokens that a whole text has, such as `[CLS]` and `[SEP]`. Of `decode`: spells special tokens out. */
  readonly specials?: boolean;
}

/**
 * A fitted tokenizer: a vocabulary whose terms are pieces of words, and how text is taken apart into them and put together again. The size
 * is that of `terms`, the id of a special is `idOf("[MASK]")`. Counts are those of the pieces in the text that it was learned from; 0 in
 * one that was read from a file of another program.
 */
export interface SubwordVocabulary extends Vocabulary {
  readonly tokenizer: TokenizerForm;
  /** The piece that stands for what no piece covers; a byte-level tokenizer needs none. */
  readonly unknownId: number | undefined;
  readonly specialIds: ReadonlySet<number>;
  /** Whether a space before a word belongs to the word's first piece: never, between words, or also before the first word of a text. */
  readonly marksSpaces: "never" | "between" | "always";
  /** The ids of a text; special tokens that the text spells out are found in it. */
  encode(text: string, options?: SpecialsOption): Uint32Array;
  /** The ids of a word, with the space before it where `marksSpaces` asks for one; nothing is added. */
  encodeWord(text: string): readonly number[];
  /** The text of ids, without the special tokens among them unless they are asked for. */
  decode(ids: ArrayLike<number>, options?: SpecialsOption): string;
}

/** Whether ids stand for pieces of words. */
export function isSubwordVocabulary(vocabulary: Vocabulary): vocabulary is SubwordVocabulary {
  return "tokenizer" in vocabulary;
}
