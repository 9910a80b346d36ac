import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { type HanSegmenter, unigramSegmenter } from "../kernels/hanSegmenter.js";
import { WordTrie } from "../kernels/wordTrie.js";
import { jiebaSegmenter } from "./jiebaSegmenter.js";

export interface HanSegmenterOptions {
  /** Files of further words, one a line: `word [frequency] [tag]`, as jieba reads them; later ones win. */
  readonly userDictionaries?: readonly string[] | undefined;
  /** Let jieba's hidden Markov model join single characters into words that no dictionary has. */
  readonly newWords?: boolean | undefined;
}

/**
 * What cuts runs of Han characters into words: jieba's dictionary (349,045 words, mostly of modern, simplified Chinese; MIT) and
 * the user's own. A word without a frequency gets the least one with which it wins over its parts, by jieba's rule
 * (`suggest_freq`); frequency 0 takes a word out. Words that are not all Han characters never match: a text is cut by script first.
 *
 * Memory: 21 MB for jieba's dictionary, loaded once a process, and a copy where there are user dictionaries.
 * @throws SyntaxError for a line that cannot be read, with its file and number; the file system's error for a file
 * @see https://github.com/fxsjy/jieba
 * @example
 *   const segmenter = createHanSegmenter({ userDictionaries: ["names.txt"] });
 */
export function createHanSegmenter(options: HanSegmenterOptions = {}): HanSegmenter {
  const { userDictionaries = [], newWords = false } = options;
  const added = new Map<string, number>();
  const words = userDictionaries.length > 0 ? baseWords().copy() : baseWords();
  for (const path of userDictionaries) {
    for (const [word, frequency] of addUserDictionary(words, path)) added.set(word, frequency);
  }
  return newWords ? jiebaSegmenter(baseDictionary(), added) : unigramSegmenter(words);
}

let cachedWords: WordTrie | undefined;

function baseWords(): WordTrie {
  if (cachedWords) return cachedWords;
  cachedWords = new WordTrie(1 << 20);
  cachedWords.addDictionary(baseDictionary());
  return cachedWords;
}

/** The file that ships inside `@node-rs/jieba`. */
function baseDictionary(): Buffer {
  return readFileSync(createRequire(import.meta.url).resolve("@node-rs/jieba/dict.txt"));
}

function* addUserDictionary(words: WordTrie, path: string): Generator<[word: string, frequency: number]> {
  const segmenter = unigramSegmenter(words);
  let number = 0;
  for (const line of linesOf(readUserDictionary(path))) {
    number++;
    const entry = parseLine(line, () => `${path} line ${number}`);
    if (!entry) continue;
    const frequency = entry.frequency ?? winningFrequency(words, segmenter, entry.word);
    words.set(entry.word, frequency);
    yield [entry.word, frequency];
  }
}

function readUserDictionary(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    throw new Error(`chineseDictionary: cannot read the user dictionary ${path}: ${(error as Error).message}`);
  }
}

function* linesOf(bytes: Buffer): Generator<Buffer> {
  const hasMark = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
  for (let start = hasMark ? 3 : 0; start < bytes.length; ) {
    const newline = bytes.indexOf(0x0a, start);
    const end = newline < 0 ? bytes.length : newline;
    yield bytes.subarray(start, end);
    start = end + 1;
  }
}

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const largestFrequency = 0xffff_ffff;

function parseLine(line: Buffer, where: () => string): { word: string; frequency: number | undefined } | undefined {
  const [word, ...rest] = decodeLine(line, where)
    .split(/\s+/)
    .filter((part) => part !== "");
  if (word === undefined) return undefined;
  const frequency = /^[-+.\d]/.test(rest[0] ?? "") ? rest.shift() : undefined;
  if (frequency !== undefined && !(/^\d+$/.test(frequency) && Number(frequency) <= largestFrequency)) {
    throw new SyntaxError(
      `chineseDictionary: a frequency must be an integer from 0 to ${largestFrequency}, got "${frequency}", in ${where()}`,
    );
  }
  if (rest.length > 1) {
    throw new SyntaxError(
      `chineseDictionary: a line must be "word [frequency] [tag]", got "${[word, frequency, ...rest].filter(Boolean).join(" ").slice(0, 60)}", in ${where()}`,
    );
  }
  return { word, frequency: frequency === undefined ? undefined : Number(frequency) };
}

function decodeLine(line: Buffer, where: () => string): string {
  try {
    return utf8.decode(line);
  } catch {
    throw new SyntaxError(`chineseDictionary: a dictionary must be valid UTF-8, found invalid bytes in ${where()}`);
  }
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
