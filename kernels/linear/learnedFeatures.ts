import type { SubwordForm } from "../../schemas/subwords.js";
import { BucketRows } from "../subwords/bucketRows.js";
import { forEachWordNgram, hashTerm } from "../subwords/characterNgrams.js";
import type { SubwordsOf } from "../subwords/subwordBuckets.js";
import { TermLists } from "../subwords/termLists.js";
import { MAX_INPUTS } from "./bagTrainer.js";
import { SENTENCE_END } from "./documentFeatures.js";

export interface FeatureSettings {
  readonly form: SubwordForm;
  readonly wordNgrams: number;
  readonly sentenceEnd: boolean;
  readonly subwordsOf: SubwordsOf;
}

/** For terms that change: how many there are at most, and the buckets that had rows in an earlier run, in the order of these. */
export interface ChangingTerms {
  readonly most: number;
  readonly buckets: Iterable<number>;
}

/**
 * The features of texts while a classifier learns: as `DocumentFeatures` has them, from ids, and with rows for the buckets that occur, given
 * out in the order in which they do. Terms have rows 0 .. V - 1.
 *
 * State: the rows of each term and its hash; 4 bytes a bucket, and the number of each in use.
 */
export class LearnedFeatures {
  readonly #settings: FeatureSettings;
  readonly #hashes: Uint32Array;
  readonly #lists = new TermLists();
  readonly #endTerm: number | undefined;
  readonly #found = new Uint32Array(MAX_INPUTS);
  /** Of the vocabulary, and the end of a text where it is a feature. */
  readonly terms: string[];
  readonly rows: BucketRows;
  /** Features of texts beyond `MAX_INPUTS` each, which are left out; of the first pass. */
  cut = 0;

  /** @param made called with each bucket that gets a row, before the row is used */
  constructor(
    terms: readonly string[],
    settings: FeatureSettings,
    made: (row: number, bucket: number) => void,
    changing?: ChangingTerms,
  ) {
    const { form, wordNgrams, sentenceEnd } = settings;
    this.#settings = settings;
    this.terms = sentenceEnd && !terms.includes(SENTENCE_END) ? [...terms, SENTENCE_END] : [...terms];
    this.#endTerm = sentenceEnd ? this.terms.indexOf(SENTENCE_END) : undefined;
    const hasBuckets = form.maxLength > 0 || wordNgrams > 1;
    const most = changing?.most ?? this.terms.length;
    this.rows = new BucketRows(hasBuckets ? form.buckets : 0, most, made);
    for (const bucket of changing?.buckets ?? []) this.rows.rowOf(bucket);
    this.terms.forEach((term, id) => {
      this.#lists.push(this.#rowsOf(term, id));
    });
    this.#hashes = new Uint32Array(most);
    this.#hashes.set(this.terms.map(hashTerm));
  }

  /** Another term has the row from now on. */
  replace(id: number, term: string): void {
    this.terms[id] = term;
    this.#lists.replace(id, this.#rowsOf(term, id));
    this.#hashes[id] = hashTerm(term);
  }

  /** The rows of a document's features, ascending, so that repeats stand together: a view that lasts until the next call. */
  of(ids: Uint32Array, epoch: number): Uint32Array {
    const { form, wordNgrams, sentenceEnd } = this.#settings;
    let length = 0;
    const write = (row: number) => {
      if (length < MAX_INPUTS) this.#found[length] = row;
      length++;
    };
    if (form.maxLength === 0) for (let i = 0; i < ids.length; i++) write(ids[i]!);
    else for (const id of ids) for (const row of this.#lists.of(id)) write(row);
    if (this.#endTerm !== undefined) write(this.#endTerm);
    if (wordNgrams > 1) {
      const words = new Uint32Array(ids.length + (sentenceEnd ? 1 : 0));
      for (let i = 0; i < ids.length; i++) words[i] = this.#hashes[ids[i]!]!;
      if (sentenceEnd) words[ids.length] = hashTerm(SENTENCE_END);
      forEachWordNgram(words, wordNgrams, form.buckets, (bucket) => write(this.rows.rowOf(bucket)));
    }
    if (epoch === 0) this.cut += Math.max(0, length - MAX_INPUTS);
    return this.#found.subarray(0, length).sort();
  }

  #rowsOf(term: string, id: number): number[] {
    const subwords = term === SENTENCE_END ? [] : this.#settings.subwordsOf(term);
    return [id, ...subwords.map((bucket) => this.rows.rowOf(bucket))];
  }
}
