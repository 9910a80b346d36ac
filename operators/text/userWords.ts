import { type CharacterMode, DECIMAL, INNER, MARK, OTHER } from "../../kernels/text/characterClasses.js";
import { characterMapping } from "../../kernels/text/characterMapping.js";
import type { HanSegmenter } from "../../kernels/text/hanSegmenter.js";
import { shapeOf } from "../../kernels/text/knownWordScanner.js";
import { SentenceScanner } from "../../kernels/text/sentenceScanner.js";
import { WordTrie } from "../../kernels/text/wordTrie.js";
import type { TextFileOption } from "../../schemas/fields.js";
import type { StageState } from "../../schemas/state.js";
import type { NormalizationOptions, TextBatch } from "../../schemas/text.js";
import { hanSegmenter } from "./chineseDictionary.js";
import { readUserDictionaries, type UserWord } from "./userDictionary.js";

export interface UserWordsOptions {
  readonly files: readonly TextFileOption[];
  readonly mode: CharacterMode;
  readonly newWords: boolean;
  readonly classes: Uint8Array;
  readonly automaton: Uint8Array;
  /** In bytes. */
  readonly maxTokenLength: number;
}

/**
 * The words of user dictionaries, brought into the form that `normalize` gave the text, and sorted by what finds them: those of Han
 * characters are for `segmenter`, those that the rules for tokens would cut are `others`, those that are one token by the rules need
 * nothing. The first batch of text tells its form, so both wait for it.
 *
 * Memory: 42 bytes for each distinct beginning of a word among `others`, and 0.3 MB if there are any; `segmenter` as
 * `createHanSegmenter`.
 * @throws SyntaxError for a line that cannot be read, with its file and number; the file system's error for a file
 */
export class UserWords {
  readonly segmenter: HanSegmenter = { segment: (...run) => this.#segmenter!.segment(...run) };
  others: WordTrie | undefined;
  readonly #options: UserWordsOptions;
  readonly #words: readonly UserWord[];
  #segmenter: HanSegmenter | undefined;
  #normalizations: readonly NormalizationOptions[] | undefined;

  constructor(options: UserWordsOptions) {
    this.#options = options;
    this.#words = readUserDictionaries(options.files);
  }

  /** @throws RangeError for a word that cannot be found in such a text, with its file and line */
  prepare({ normalizations = [], sentenceOffsets }: Pick<TextBatch, "normalizations" | "sentenceOffsets">): void {
    if (this.#normalizations) return;
    this.#normalizations = normalizations;
    const mappings = normalizations.map(characterMapping);
    const han: UserWord[] = [];
    const others = new WordTrie();
    for (const entry of this.#words) {
      const word = mappings.reduce((mapped, map) => map(mapped), entry.word);
      const isOut = entry.frequency === 0;
      const fault = isOut ? undefined : (this.#faultOf(word) ?? (sentenceOffsets && sentenceFault(entry.word)));
      if (fault)
        throw new RangeError(`chineseDictionary: ${fault}, got "${entry.word.slice(0, 60)}", in ${entry.where}`);
      const shape = shapeOf(Buffer.from(word), this.#options);
      if (shape === "han") han.push({ ...entry, word });
      else if (shape === "other") others.set(word, isOut ? 0 : 1);
    }
    if (this.#options.mode === "chinese") this.#segmenter = hanSegmenter(han, this.#options.newWords);
    if (others.total > 0) this.others = others;
  }

  save(): StageState {
    return { facts: { normalizations: JSON.stringify(this.#normalizations ?? null) }, arrays: {} };
  }

  restore({ facts }: StageState): void {
    const normalizations = JSON.parse(facts.normalizations as string) as NormalizationOptions[] | null;
    if (normalizations) this.prepare({ normalizations });
  }

  #faultOf(word: string): string | undefined {
    const { classes, maxTokenLength } = this.#options;
    const found = Array.from(word, (character) => classes[character.codePointAt(0)!]!);
    if (Buffer.byteLength(word) > maxTokenLength)
      return `a word must have at most ${maxTokenLength} bytes (maxTokenLength)`;
    if (found.every((characterClass) => unheard.includes(characterClass)))
      return "a word must have a letter or a digit";
    if (found[0] === MARK) return "a word must not begin with a mark, which belongs to what stands before it";
    if (/\s/.test(word)) return "a word must have no white space once it is normalised";
    return undefined;
  }
}

/** What makes no token without a letter or a digit. */
const unheard = [MARK, INNER, DECIMAL, OTHER];

function sentenceFault(word: string): string | undefined {
  const bytes = Buffer.from(word);
  const starts: number[] = [];
  new SentenceScanner({ newline: false }).scan(bytes, 0, bytes.length, starts);
  return starts.some((at) => at > 0) ? "a word must lie within one sentence, as splitSentences marks them" : undefined;
}
