import type { SubwordForm } from "../../schemas/subwords.js";
import { BucketRows } from "../subwords/bucketRows.js";
import { forEachWordNgram, hashTerm } from "../subwords/characterNgrams.js";
import type { SubwordsOf } from "../subwords/subwordBuckets.js";
import { TermLists } from "../subwords/termLists.js";
import { MAX_INPUTS } from "./bagTrainer.js";
import { SENTENCE_END } from "./documentFeatures.js";
import { FeatureCache } from "./featureCache.js";

export interface FeatureSettings {
  readonly form: SubwordForm;
  readonly wordNgrams: number;
  readonly sentenceEnd: boolean;
  readonly subwordsOf: SubwordsOf;
}

/**
 * The features of texts while a classifier learns: as `DocumentFeatures` has them, from ids, and with rows for the buckets that occur, given
 * out in the order in which they do. Terms have rows 0 .. V - 1.
 *
 * State: the rows of each term and its hash; 4 bytes a bucket, and the number of each in use; the features of texts, at most 128 MiB of them.
 */
export class LearnedFeatures {
  readonly #settings: FeatureSettings;
  readonly #hashes: Uint32Array;
  readonly #lists = new TermLists();
  readonly #endTerm: number | undefined;
  readonly #cache = new FeatureCache();
  readonly #found = new Uint32Array(MAX_INPUTS);
  /** Of the vocabulary, and the end of a text where it is a feature. */
  readonly terms: readonly string[];
  readonly rows: BucketRows;
  /** Features of texts beyond `MAX_INPUTS` each, which are left out; of the first pass. */
  cut = 0;

  /** @param made called with each bucket that gets a row, before the row is used */
  constructor(terms: readonly string[], settings: FeatureSettings, made: (row: number, bucket: number) => void) {
    const { form, wordNgrams, sentenceEnd, subwordsOf } = settings;
    this.#settings = settings;
    this.terms = sentenceEnd && !terms.includes(SENTENCE_END) ? [...terms, SENTENCE_END] : terms;
    this.#endTerm = sentenceEnd ? this.terms.indexOf(SENTENCE_END) : undefined;
    const hasBuckets = form.maxLength > 0 || wordNgrams > 1;
    this.rows = new BucketRows(hasBuckets ? form.buckets : 0, this.terms.length, made);
    this.terms.forEach((term, id) => {
      const subwords = term === SENTENCE_END ? [] : subwordsOf(term);
      this.#lists.push([id, ...subwords.map((bucket) => this.rows.rowOf(bucket))]);
    });
    this.#hashes = Uint32Array.from(this.terms, hashTerm);
  }

  /** The rows of a document's features, ascending, so that repeats stand together: a view that lasts until the next call. */
  of(ids: Uint32Array, document: number, epoch: number): Uint32Array {
    const known = this.#cache.of(document);
    if (known) return known;
    const { form, wordNgrams, sentenceEnd } = this.#settings;
    let length = 0;
    const write = (row: number) => {
      if (length < MAX_INPUTS) this.#found[length] = row;
      length++;
    };
    for (const id of ids) for (const row of this.#lists.of(id)) write(row);
    if (this.#endTerm !== undefined) write(this.#endTerm);
    if (wordNgrams > 1) {
      const words = Array.from(ids, (id) => this.#hashes[id]!);
      if (sentenceEnd) words.push(hashTerm(SENTENCE_END));
      forEachWordNgram(words, wordNgrams, form.buckets, (bucket) => write(this.rows.rowOf(bucket)));
    }
    if (epoch === 0) this.cut += Math.max(0, length - MAX_INPUTS);
    const found = this.#found.subarray(0, length).sort();
    this.#cache.keep(document, found);
    return found;
  }
}
