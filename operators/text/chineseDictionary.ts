import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { ln } from "../../kernels/numbers/logarithm.js";
import { type HanSegmenter, unigramSegmenter } from "../../kernels/text/hanSegmenter.js";
import { WordTrie } from "../../kernels/text/wordTrie.js";
import { jiebaSegmenter } from "./jiebaSegmenter.js";
import { readUserDictionaries, type UserWord } from "./userDictionary.js";

export interface HanSegmenterOptions {
  /** Files of further words, one a line: `word [frequency] [tag]`, as jieba reads them; later ones win. */
  readonly userDictionaries?: readonly string[] | undefined;
  /** Let jieba's hidden Markov model join single characters into words that no dictionary has. */
  readonly newWords?: boolean | undefined;
}

/**
 * What cuts runs of Han characters into words: jieba's dictionary (349,045 words, mostly of modern, simplified Chinese; MIT) and
 * the user's own. A word without a frequency gets the least one with which it wins over its parts, by jieba's rule
 * (`suggest_freq`); frequency 0 takes a word out. Words that are not all Han characters never match, for a run holds nothing else:
 * `tokenize` finds those of the user before.
 *
 * Memory: 22 MB for jieba's dictionary, loaded once a process, and a copy where there are user dictionaries.
 * @throws SyntaxError for a line that cannot be read, with its file and number; the file system's error for a file
 * @see https://github.com/fxsjy/jieba
 * @example
 *   const segmenter = createHanSegmenter({ userDictionaries: ["names.txt"] });
 */
export function createHanSegmenter(options: HanSegmenterOptions = {}): HanSegmenter {
  const { userDictionaries = [], newWords = false } = options;
  return hanSegmenter(readUserDictionaries(userDictionaries), newWords);
}

/** The same with user words that were read already. */
export function hanSegmenter(userWords: readonly UserWord[], newWords: boolean): HanSegmenter {
  if (userWords.length === 0) return newWords ? jiebaSegmenter(baseDictionary()) : unigramSegmenter(baseWords());
  const words = baseWords().copy();
  const added = addUserWords(words, userWords);
  return newWords ? jiebaSegmenter(baseDictionary(), added) : unigramSegmenter(words);
}

let cachedWords: WordTrie | undefined;

function baseWords(): WordTrie {
  if (cachedWords) return cachedWords;
  cachedWords = new WordTrie(1 << 20);
  cachedWords.addDictionary(baseDictionary());
  return cachedWords;
}

/** How rare a word is in jieba's dictionary: ln(all occurrences / its own), as if a word that it lacks had occurred once. */
export function chineseRarity(word: string): number {
  const words = baseWords();
  return ln(words.total / Math.max(1, words.frequency(word)));
}

/** What tells the tag of a word in jieba's dictionary, such as n or v; undefined for one that it lacks. Memory: its file, 5 MB. */
export function chineseTagger(): (word: string) => string | undefined {
  const dictionary = baseDictionary();
  return (word) => tagIn(dictionary, Buffer.from(word));
}

/** The lines are `word frequency tag`, their words ascending by bytes. */
function tagIn(dictionary: Buffer, word: Buffer): string | undefined {
  let low = 0;
  let high = dictionary.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const start = middle === 0 ? 0 : dictionary.lastIndexOf("\n", middle - 1) + 1;
    const space = dictionary.indexOf(" ", start);
    const end = dictionary.indexOf("\n", space);
    const order = Buffer.compare(word, dictionary.subarray(start, space));
    if (order === 0) return dictionary.toString("latin1", start, end).trimEnd().split(" ").at(-1);
    if (order < 0) high = start;
    else low = end + 1;
  }
  return undefined;
}

/** The file that ships inside `@node-rs/jieba`. */
function baseDictionary(): Buffer {
  return readFileSync(createRequire(import.meta.url).resolve("@node-rs/jieba/dict.txt"));
}

/** Returns the words with the frequencies that they were given. */
function addUserWords(words: WordTrie, added: readonly UserWord[]): Map<string, number> {
  const segmenter = unigramSegmenter(words);
  return new Map(
    added.map(({ word, frequency = winningFrequency(words, segmenter, word) }) => {
      words.set(word, frequency);
      return [word, frequency];
    }),
  );
}

/** One more than what the word's parts, drawn independently, would give it: jieba's `suggest_freq`. */
function winningFrequency(words: WordTrie, segmenter: HanSegmenter, word: string): number {
  const bytes = Buffer.from(word);
  const cuts = new Uint32Array(bytes.length);
  const count = segmenter.segment(bytes, 0, bytes.length, cuts);
  let probability = 1;
  let start = 0;
  for (const end of cuts.subarray(0, count)) {
    probability *= (words.frequency(bytes.toString("utf8", start, end)) || 1) / words.total;
    start = end;
  }
  return Math.max(Math.floor(probability * words.total) + 1, words.frequency(word));
}
