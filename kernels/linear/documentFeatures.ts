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
  readonly hash: number;
  /** Its own, and those of its subwords. */
  readonly rows: readonly number[];
}

type Features = Pick<Classifier, "terms" | "subwords" | "wordNgrams" | "buckets" | "pruned" | "sentenceEnd">;

/**
 * The features of texts: rows of a classifier's input. A word has a row, and rows for its subwords if there are any; a word that is not
 * known has those of its subwords alone; n-grams of words follow, in which words that are not known take part (fastText, `getLine` and
 * `addSubwords` in `dictionary.cc`).
 *
 * State: the terms, the rows of each term that was looked up; 4 bytes a bucket.
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

  /** The rows of a text's features, in fastText's order, repeats kept; none if nothing in it is known. */
  of(words: readonly Word[]): number[] {
    const rows: number[] = [];
    this.forEach(words, (row) => rows.push(row));
    return rows;
  }

  /** Calls `visit` with each feature's row and what it is: a word, a subword's word, or an n-gram of words. */
  forEach(given: readonly Word[], visit: (row: number, from: number, to: number) => void): void {
    const { sentenceEnd, wordNgrams, subwords, pruned } = this.#features;
    const words = sentenceEnd ? [...given, this.word(SENTENCE_END)] : given;
    for (let at = 0; at < words.length; at++) for (const row of words[at]!.rows) visit(row, at, at + 1);
    if (wordNgrams < 2) return;
    const hashes = words.map(({ hash }) => hash);
    forEachWordNgram(hashes, wordNgrams, subwords.buckets, (bucket, from, to) => {
      const row = this.#rowOfBucket[bucket]!;
      if (row !== ZERO_ROW || !pruned) visit(row, from, to);
    });
  }

  word(text: string): Word {
    const id = this.#idOf.get(text);
    if (id === undefined) return this.#makeWord(text, []);
    this.#words[id] ??= this.#makeWord(text, [id]);
    return this.#words[id]!;
  }

  #makeWord(text: string, own: readonly number[]): Word {
    const subwords = text === SENTENCE_END ? [] : this.#subwordsOf(text);
    const rows = subwords.map((bucket) => this.#rowOfBucket[bucket]!);
    const kept = this.#features.pruned ? rows.filter((row) => row !== ZERO_ROW) : rows;
    return { text, hash: hashTerm(text), rows: [...own, ...kept] };
  }
}
