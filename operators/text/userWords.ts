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

/** The words of user dictionaries in the form of some text, by what finds them. */
interface SortedWords {
  /** Of Han characters; in mode chinese alone. */
  readonly segmenter: HanSegmenter | undefined;
  /** Those that the rules for tokens would cut. */
  readonly others: WordTrie | undefined;
}

type TextForm = Pick<TextBatch, "normalizations" | "sentenceOffsets">;

/**
 * The words of user dictionaries, brought into the form that `normalize` gave the text, and sorted by what finds them; those that are one token by
 * the rules need nothing. They are read with the first stream and sorted with its first batch, and once more only for text of another form: many
 * streams can be short, such as a question each.
 *
 * Memory: 42 bytes for each distinct beginning of a word among `others`, and 0.3 MB if there are any; `segmenter` as
 * `createHanSegmenter`.
 */
export class UserDictionaries {
  readonly #options: UserWordsOptions;
  #words: readonly UserWord[] | undefined;
  #sorted: { readonly form: string; readonly words: SortedWords } | undefined;

  constructor(options: UserWordsOptions) {
    this.#options = options;
  }

  /** @throws SyntaxError for a line that cannot be read, with its file and number; the file system's error for a file */
  read(): readonly UserWord[] {
    this.#words ??= readUserDictionaries(this.#options.files);
    return this.#words;
  }

  /** @throws RangeError for a word that cannot be found in such a text, with its file and line */
  sortedFor({ normalizations = [], sentenceOffsets }: TextForm): SortedWords {
    const form = JSON.stringify([normalizations, sentenceOffsets !== undefined]);
    if (this.#sorted?.form !== form)
      this.#sorted = { form, words: this.#sort(normalizations, sentenceOffsets !== undefined) };
    return this.#sorted.words;
  }

  #sort(normalizations: readonly NormalizationOptions[], hasSentences: boolean): SortedWords {
    const mappings = normalizations.map(characterMapping);
    const han: UserWord[] = [];
    const others = new WordTrie();
    for (const entry of this.read()) {
      const word = mappings.reduce((mapped, map) => map(mapped), entry.word);
      const isOut = entry.frequency === 0;
      const fault = isOut ? undefined : (this.#faultOf(word) ?? (hasSentences && sentenceFault(entry.word)));
      if (fault)
        throw new RangeError(`chineseDictionary: ${fault}, got "${entry.word.slice(0, 60)}", in ${entry.where}`);
      const shape = shapeOf(Buffer.from(word), this.#options);
      if (shape === "han") han.push({ ...entry, word });
      else if (shape === "other") others.set(word, isOut ? 0 : 1);
    }
    const { mode, newWords } = this.#options;
    return {
      segmenter: mode === "chinese" ? hanSegmenter(han, newWords) : undefined,
      others: others.total > 0 ? others : undefined,
    };
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

/** The words of user dictionaries in one stream. The first batch of text tells its form, so both members wait for it. */
export class UserWords {
  readonly segmenter: HanSegmenter = { segment: (...run) => this.#sorted!.segmenter!.segment(...run) };
  readonly #dictionaries: UserDictionaries;
  #sorted: SortedWords | undefined;
  #normalizations: readonly NormalizationOptions[] | undefined;

  /** @throws as `UserDictionaries.read` */
  constructor(dictionaries: UserDictionaries) {
    this.#dictionaries = dictionaries;
    dictionaries.read();
  }

  get others(): WordTrie | undefined {
    return this.#sorted?.others;
  }

  /** @throws as `UserDictionaries.sortedFor` */
  prepare(batch: TextForm): void {
    if (this.#sorted) return;
    this.#normalizations = batch.normalizations ?? [];
    this.#sorted = this.#dictionaries.sortedFor(batch);
  }

  save(): StageState {
    return { facts: { normalizations: JSON.stringify(this.#normalizations ?? null) }, arrays: {} };
  }

  restore({ facts }: StageState): void {
    const normalizations = JSON.parse(facts.normalizations as string) as NormalizationOptions[] | null;
    if (normalizations) this.prepare({ normalizations });
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
