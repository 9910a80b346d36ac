import type { Classifier } from "../../schemas/classifier.js";
import { forEachWordNgram, hashTerm } from "../subwords/characterNgrams.js";
import { type SubwordsOf, subwordsOf } from "../subwords/subwordBuckets.js";

/** The line end of fastText, which has no subwords. */
export const SENTENCE_END = "</s>";

/** A feature's row, or this: a bucket without a row, which counts as a row of zeros. */
export const ZERO_ROW = -1;

/** A word that was looked up: the place of a term among the terms, or a number behind them. */
export type Word = number;
export type Words = Int32Array;

type Features = Pick<Classifier, "terms" | "subwords" | "wordNgrams" | "buckets" | "pruned" | "sentenceEnd">;

/**
 * The features of texts: rows of a classifier's input. A word has a row, and rows for its subwords if there are any; a word that is not
 * known has those of its subwords alone; n-grams of words follow, in which words that are not known take part (fastText, `getLine` and
 * `addSubwords` in `dictionary.cc`). Words are numbers, by which what a text needs of them stands in typed arrays.
 *
 * State: the terms, and with n-grams of words 4 bytes each; the same and their text of other words that were looked up, until they are forgotten; 4 bytes a bucket.
 */
export class DocumentFeatures {
  readonly #features: Features;
  readonly #idOf: ReadonlyMap<string, Word>;
  readonly #subwordsOf: SubwordsOf;
  readonly #rowOfBucket: Int32Array;
  /** Words that are no terms. */
  readonly #others: string[] = [];
  /** Of words that were looked up, where n-grams need them: signed numbers, as fastText takes them. */
  #hashes: Int32Array;
  /** The word that ends a text, if there is one. */
  readonly #end: Words;
  #ended = new Int32Array(1024);

  constructor(features: Features) {
    const { terms, subwords, buckets, wordNgrams } = features;
    this.#features = features;
    this.#idOf = new Map(terms.map((term, id) => [term, id]));
    this.#subwordsOf = subwordsOf("classifier", subwords);
    const hasBuckets = subwords.maxLength > 0 || wordNgrams > 1;
    this.#rowOfBucket = new Int32Array(hasBuckets ? subwords.buckets : 0).fill(ZERO_ROW);
    for (let i = 0; i < buckets.length; i++) this.#rowOfBucket[buckets[i]!] = terms.length + i;
    this.#hashes = new Int32Array(wordNgrams > 1 ? terms.length + OTHERS : 0);
    this.#end = Int32Array.from(features.sentenceEnd ? [this.word(SENTENCE_END)] : []);
  }

  /** The number of a word: the same each time for a term, a new one for another word. */
  word(text: string): Word {
    const { length } = this.#features.terms;
    const word = this.#idOf.get(text) ?? length + this.#others.push(text) - 1;
    if (this.#features.wordNgrams > 1) {
      if (word === this.#hashes.length) this.#hashes = grown(this.#hashes);
      this.#hashes[word] ||= hashTerm(text);
    }
    return word;
  }

  textOf(word: Word): string {
    const { terms } = this.#features;
    return word < terms.length ? terms[word]! : this.#others[word - terms.length]!;
  }

  /** One more than the largest number of a word. */
  get words(): number {
    return this.#features.terms.length + this.#others.length;
  }

  /** Forgets the words that are no terms from a number on. */
  forget(from: Word): void {
    this.#hashes.fill(0, from, this.words);
    this.#others.length = from - this.#features.terms.length;
  }

  /** The rows of a word's features: its own, and those of its subwords. */
  rowsOf(word: Word): number[] {
    const text = this.textOf(word);
    const { terms, pruned } = this.#features;
    const subwords = text === SENTENCE_END ? [] : this.#subwordsOf(text);
    const found = subwords.map((bucket) => this.#rowOfBucket[bucket]!);
    const kept = pruned ? found.filter((row) => row !== ZERO_ROW) : found;
    return word < terms.length ? [word, ...kept] : kept;
  }

  /**
   * The rows of a text's features, in fastText's order, repeats kept; none if nothing in it is known, neither a word nor a bucket in use.
   * @param words with the end of the text, where that is one
   */
  of(words: Words): number[] {
    const rows: number[] = [];
    this.forEach(words, (row) => rows.push(row));
    return rows.some((row) => row !== ZERO_ROW) ? rows : [];
  }

  /** Calls `visit` with each feature's row and what it is: a word, a subword's word, or an n-gram of words. */
  forEach(words: Words, visit: (row: number, from: number, to: number) => void): void {
    for (let at = 0; at < words.length; at++) for (const row of this.rowsOf(words[at]!)) visit(row, at, at + 1);
    this.forEachNgram(words, visit);
  }

  /** The words of a text, the end of it among them where that is one: a view that lasts until the next call. */
  withEnd(words: Words): Words {
    if (this.#end.length === 0) return words;
    const { length } = words;
    if (length >= this.#ended.length) this.#ended = new Int32Array(2 * (length + 1));
    this.#ended.set(words);
    this.#ended.set(this.#end, length);
    return this.#ended.subarray(0, length + 1);
  }

  /** Calls `visit` with the row of each n-gram of two words and more, and where it stands. */
  forEachNgram(words: Words, visit: (row: number, from: number, to: number) => void): void {
    const { wordNgrams, subwords, pruned } = this.#features;
    if (wordNgrams < 2) return;
    const hashes = new Int32Array(words.length);
    for (let at = 0; at < words.length; at++) hashes[at] = this.#hashes[words[at]!]!;
    forEachWordNgram(hashes, wordNgrams, subwords.buckets, (bucket, from, to) => {
      const row = this.#rowOfBucket[bucket]!;
      if (!pruned || row !== ZERO_ROW) visit(row, from, to);
    });
  }
}

/** Words beside the terms for which there is room at first. */
const OTHERS = 64;

function grown(numbers: Int32Array): Int32Array {
  const all = new Int32Array(2 * numbers.length);
  all.set(numbers);
  return all;
}
