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
 * Memory: 22 MB for jieba's dictionary, loaded once a process, and a copy where there are user dictionaries.
 * @throws SyntaxError for a line that cannot be read, with its file and number; the file system's error for a file
 * @see https://github.com/fxsjy/jieba
 * @example
 *   const segmenter = createHanSegmenter({ userDictionaries: ["names.txt"] });
 */
export function createHanSegmenter(options: HanSegmenterOptions = {}): HanSegmenter {
  const { userDictionaries = [], newWords = false } = options;
  if (userDictionaries.length === 0) return newWords ? jiebaSegmenter(baseDictionary()) : unigramSegmenter(baseWords());
  const words = baseWords().copy();
  const added = new Map(userDictionaries.flatMap((path) => addUserDictionary(words, path)));
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

/** Returns the words with the frequencies that they were given. */
function addUserDictionary(words: WordTrie, path: string): (readonly [word: string, frequency: number])[] {
  const segmenter = unigramSegmenter(words);
  return Array.from(linesOf(readUserDictionary(path)), (line, i) => parseLine(line, `${path} line ${i + 1}`))
    .filter((entry) => entry !== undefined)
    .map(({ word, frequency = winningFrequency(words, segmenter, word) }) => {
      words.set(word, frequency);
      return [word, frequency] as const;
    });
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

interface Entry {
  readonly word: string;
  readonly frequency?: number;
}

function parseLine(line: Buffer, where: string): Entry | undefined {
  const fields = decodeLine(line, where).trim().split(/\s+/);
  const [word, second = "", ...others] = fields;
  if (!word) return undefined;
  const hasFrequency = /^[-+.\d]/.test(second);
  if (hasFrequency && !(/^\d+$/.test(second) && Number(second) <= largestFrequency)) {
    const range = `an integer from 0 to ${largestFrequency}`;
    throw new SyntaxError(`chineseDictionary: a frequency must be ${range}, got "${second}", in ${where}`);
  }
  const [tag = "n", ...rest] = hasFrequency || second === "" ? others : [second, ...others];
  if (rest.length > 0 || !/^[a-z]\w*$/i.test(tag)) {
    const found = fields.join(" ").slice(0, 60);
    throw new SyntaxError(`chineseDictionary: a line must be "word [frequency] [tag]", got "${found}", in ${where}`);
  }
  return hasFrequency ? { word, frequency: Number(second) } : { word };
}

function decodeLine(line: Buffer, where: string): string {
  try {
    return utf8.decode(line);
  } catch {
    throw new SyntaxError(`chineseDictionary: a dictionary must be valid UTF-8, found invalid bytes in ${where}`);
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
