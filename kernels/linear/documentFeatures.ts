import type { Classifier } from "../../schemas/classifier.js";
import { forEachWordNgram, hashTerm } from "../subwords/characterNgrams.js";
import { type SubwordsOf, subwordsOf } from "../subwords/subwordBuckets.js";

/** The line end of fastText, which has no subwords. */
export const SENTENCE_END = "</s>";

/** A feature's row, or this: a bucket without a row, which counts as a row of zeros. */
export const ZERO_ROW = -1;

/** What a classifier knows of a word: all that a text needs of it. */
export interface Word {
  readonly text: string;
  /** Its place among the terms; undefined where it is none of them. */
  readonly id: number | undefined;
  /** A signed number, as fastText takes it. */
  readonly hash: number;
  /** Its own, and those of its subwords. */
  readonly rows: readonly number[];
  /** How many rows these are: what a text counts of every word stands in one object. */
  readonly size: number;
  /** Whether one of these is no row of zeros. */
  readonly isKnown: boolean;
  /** Where `WordSums` has its sum; negative while it has none. */
  place: number;
}

type Features = Pick<Classifier, "terms" | "subwords" | "wordNgrams" | "buckets" | "pruned" | "sentenceEnd">;

/**
 * The features of texts: rows of a classifier's input. A word has a row, and rows for its subwords if there are any; a word that is not
 * known has those of its subwords alone; n-grams of words follow, in which words that are not known take part (fastText, `getLine` and
 * `addSubwords` in `dictionary.cc`).
 *
 * State: the terms and, from its first use on, the list of each; 4 bytes a bucket.
 */
export class DocumentFeatures {
  readonly #features: Features;
  readonly #idOf: ReadonlyMap<string, number>;
  readonly #words: (Word | undefined)[];
  readonly #subwordsOf: SubwordsOf;
  readonly #rowOfBucket: Int32Array;

  constructor(features: Features) {
    const { terms, subwords, buckets, wordNgrams } = features;
    this.#features = features;
    this.#idOf = new Map(terms.map((term, id) => [term, id]));
    this.#words = new Array(terms.length);
    this.#subwordsOf = subwordsOf("classifier", subwords);
    const hasBuckets = subwords.maxLength > 0 || wordNgrams > 1;
    this.#rowOfBucket = new Int32Array(hasBuckets ? subwords.buckets : 0).fill(ZERO_ROW);
    buckets.forEach((bucket, i) => {
      this.#rowOfBucket[bucket] = terms.length + i;
    });
  }

  /**
   * The rows of a text's features, in fastText's order, repeats kept; none if nothing in it is known, neither a word nor a bucket in use.
   * @param words with the end of the text, where that is one
   */
  of(words: readonly Word[]): number[] {
    const rows: number[] = [];
    this.forEach(words, (row) => rows.push(row));
    return rows.some((row) => row !== ZERO_ROW) ? rows : [];
  }

  /** Calls `visit` with each feature's row and what it is: a word, a subword's word, or an n-gram of words. */
  forEach(words: readonly Word[], visit: (row: number, from: number, to: number) => void): void {
    for (let at = 0; at < words.length; at++) for (const row of words[at]!.rows) visit(row, at, at + 1);
    this.forEachNgram(words, visit);
  }

  /** The words of a text, the end of it among them where that is one. */
  withEnd(words: readonly Word[]): readonly Word[] {
    return this.#features.sentenceEnd ? [...words, this.word(SENTENCE_END)] : words;
  }

  /** The same object each time, for a known word. */
  word(text: string): Word {
    const id = this.#idOf.get(text);
    if (id === undefined) return this.#makeWord(text, undefined);
    this.#words[id] ??= this.#makeWord(text, id);
    return this.#words[id]!;
  }

  /** Calls `visit` with the row of each n-gram of two words and more, and where it stands. */
  forEachNgram(words: readonly Word[], visit: (row: number, from: number, to: number) => void): void {
    const { wordNgrams, subwords, pruned } = this.#features;
    if (wordNgrams < 2) return;
    const hashes = new Int32Array(words.length);
    for (let at = 0; at < words.length; at++) hashes[at] = words[at]!.hash;
    forEachWordNgram(hashes, wordNgrams, subwords.buckets, (bucket, from, to) => {
      const row = this.#rowOfBucket[bucket]!;
      if (row !== ZERO_ROW || !pruned) visit(row, from, to);
    });
  }

  #makeWord(text: string, id: number | undefined): Word {
    const subwords = text === SENTENCE_END ? [] : this.#subwordsOf(text);
    const found = subwords.map((bucket) => this.#rowOfBucket[bucket]!);
    const kept = this.#features.pruned ? found.filter((row) => row !== ZERO_ROW) : found;
    const rows = id === undefined ? kept : [id, ...kept];
    const isKnown = rows.some((row) => row !== ZERO_ROW);
    return { text, id, hash: hashTerm(text) | 0, rows, size: rows.length, isKnown, place: -1 };
  }
}
