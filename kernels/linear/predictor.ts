import type { Classifier } from "../../schemas/classifier.js";
import { type HuffmanCodes, makeHuffmanCodes } from "../embedding/huffman.js";
import { exp, ln } from "../numbers/logarithm.js";
import { sigmoid, softplus } from "../numbers/sigmoid.js";
import { DocumentFeatures, type Word, type Words, ZERO_ROW } from "./documentFeatures.js";
import { probabilityOfHaving } from "./labelOdds.js";
import { type RowReader, rowReader } from "./rowMatrix.js";
import { emptySum, FEATURES, FIRST, KNOWN, type TextSum, WordSums } from "./wordSums.js";

export interface Prediction {
  readonly label: string;
  /** 0 .. 1; of softmax and hierarchicalSoftmax they add up to 1 over all labels, unless texts have several (`labelOdds`). */
  readonly probability: number;
}

/** The words of a text, or what `Predictor.wordForm` made of them. */
export type Tokens = readonly string[] | Words;

export interface PredictOptions {
  /** How many labels at most; 1 by default. */
  readonly k?: number;
  /** The least probability of a label that is given; 0 by default. */
  readonly threshold?: number;
}

/** A feature, and how much of the logarithm of the odds of the first label against the second comes from it: what is lost if its row were zeros. */
export interface Reason {
  readonly feature: string;
  readonly weight: number;
}

export interface Explanation {
  readonly label: string;
  /** The label that comes next. */
  readonly against: string;
  /** The largest first, whatever their sign. */
  readonly reasons: readonly Reason[];
}

/**
 * Predicts the labels of texts with a classifier: the mean over the rows of a text's features, scored by each row of the output (Joulin
 * et al. 2017, arXiv:1607.01759, section 2). softmax and hierarchicalSoftmax give one distribution over the labels; oneVsAll and
 * negativeSampling give each label a probability of its own.
 *
 * In: the tokens of a text, or words that were looked up before. Out: at most k labels, the most probable first, equal ones in the order of
 * the labels; none for a text in which nothing is known. State: those of `DocumentFeatures` and of `WordSums`, min(L, D) numbers a word; the
 * classifier is not copied. A word costs min(L, D) additions but for the first time, an n-gram of words D.
 * @example
 *   new Predictor(classifier).predict(["how", "to", "peel", "garlic"], { k: 3 });
 */
export class Predictor {
  readonly #classifier: Classifier;
  readonly #features: DocumentFeatures;
  readonly #input: RowReader;
  readonly #output: RowReader;
  readonly #codes: HuffmanCodes | undefined;
  readonly #hidden: Float64Array;
  readonly #words: WordSums;
  /** Rows of n-grams of a text. */
  #ngrams = new Int32Array(1024);
  /** Words add to the scores themselves, where these are fewer than the numbers in a row. */
  readonly #addsScores: boolean;
  readonly #width: number;

  constructor(classifier: Classifier) {
    this.#classifier = classifier;
    this.#features = new DocumentFeatures(classifier);
    this.#input = rowReader(classifier.input);
    this.#output = rowReader(classifier.output);
    this.#hidden = new Float64Array(this.#input.columns);
    this.#addsScores = classifier.labels.length < this.#input.columns;
    this.#width = Math.min(classifier.labels.length, this.#input.columns);
    this.#words = new WordSums(this.#width, (word, sum) => this.#addRows(sum, this.#features.rowsOf(word)));
    if (classifier.loss === "hierarchicalSoftmax") this.#codes = makeHuffmanCodes(classifier.labelCounts);
  }

  /** Tokens that are looked up once, for all the texts in which they occur. */
  readonly wordForm = {
    make: (text: string): Word => this.#features.word(text),
    termOf: (word: Word): string => this.#features.textOf(word),
  };

  predict(tokens: Tokens, { k = 1, threshold = 0 }: PredictOptions = {}): Prediction[] {
    const probabilities = this.probabilities(tokens);
    if (!probabilities) return [];
    return best(probabilities, k)
      .filter((id) => probabilities[id]! >= threshold)
      .map((id) => ({ label: this.#classifier.labels[id]!, probability: probabilities[id]! }));
  }

  /** The probability of each label (L,); undefined for a text in which nothing is known. */
  probabilities(tokens: Tokens): Float64Array | undefined {
    const scores = this.scores(tokens);
    if (!scores) return undefined;
    const { temperature, labelOdds } = this.#classifier;
    const probabilities = this.probabilitiesAt(scores, temperature);
    return labelOdds ? probabilities.map((probability) => probabilityOfHaving(probability, labelOdds)) : probabilities;
  }

  /** The product of the text's mean row with each output row (L,); undefined for a text in which nothing is known. */
  scores(tokens: Tokens): Float64Array | undefined {
    return this.#withWords(tokens, (words) => {
      const sum = this.#sumOf(this.#ngramsOf(words));
      this.#words.addTo(sum, words);
      return sum[KNOWN] === 0 ? undefined : this.#scoresFrom(sum);
    });
  }

  /** Probabilities from scores (L,), at a temperature: of softmax and hierarchicalSoftmax those of drawing each label. */
  probabilitiesAt(scores: Float64Array, temperature: number): Float64Array {
    const cooled = scores.slice();
    for (let label = 0; label < cooled.length; label++) cooled[label]! /= temperature;
    if (this.#codes) return softmax(alongPaths(cooled, this.#codes));
    return isDistribution(this.#classifier) ? softmax(cooled) : cooled.map(sigmoid);
  }

  /**
   * What a label rests on, before temperature; undefined for a text in which nothing is known, or where there is one label.
   * @param k how many reasons at most
   */
  explain(tokens: Tokens, k = 10): Explanation | undefined {
    return this.#withWords(tokens, (words) => this.#explain(words, k));
  }

  #explain(words: Words, k: number): Explanation | undefined {
    const { labels } = this.#classifier;
    const rows = this.#features.of(words);
    if (rows.length === 0 || labels.length < 2) return undefined;
    const all = this.#logProbabilities(rows);
    const [first, second] = best(all, 2) as [number, number];
    const texts = Array.from(words, this.wordForm.termOf);
    const rowsOf = new Map<string, number[]>();
    let at = 0;
    this.#features.forEach(words, (_, from, to) => {
      const feature = texts.slice(from, to).join(" ");
      rowsOf.set(feature, [...(rowsOf.get(feature) ?? []), at++]);
    });
    const reasons = Array.from(rowsOf, ([feature, places]) => {
      const left = new Set(places);
      const rest = this.#logProbabilities(rows.map((row, i) => (left.has(i) ? ZERO_ROW : row)));
      return { feature, weight: all[first]! - all[second]! - (rest[first]! - rest[second]!) };
    });
    reasons.sort((x, y) => Math.abs(y.weight) - Math.abs(x.weight));
    return { label: labels[first]!, against: labels[second]!, reasons: reasons.slice(0, k) };
  }

  /** Uses the words of a text, the end of it among them where that is a word; those of texts that are no terms last as long. */
  #withWords<Result>(tokens: Tokens, use: (words: Words) => Result): Result {
    const features = this.#features;
    if (tokens instanceof Int32Array) return use(features.withEnd(tokens));
    const before = features.words;
    const asked = new Int32Array(tokens.length);
    for (let at = 0; at < tokens.length; at++) asked[at] = features.word(tokens[at]!);
    const result = use(features.withEnd(asked));
    this.#words.forget(before, features.words);
    features.forget(before);
    return result;
  }

  /** The rows of a text's n-grams of words: a view that lasts until the next call. */
  #ngramsOf(words: Words): Int32Array {
    let length = 0;
    this.#features.forEachNgram(words, (row) => {
      if (length === this.#ngrams.length) this.#ngrams = doubled(this.#ngrams);
      this.#ngrams[length++] = row;
    });
    return this.#ngrams.subarray(0, length);
  }

  #sumOf(rows: ArrayLike<number>): TextSum {
    const sum = emptySum(this.#width);
    this.#addRows(sum, rows);
    return sum;
  }

  /** Adds rows to nothing: the sum of them (D,), or where labels are fewer the products of that with all output rows (L,). */
  #addRows(sum: TextSum, rows: ArrayLike<number>): void {
    sum[FEATURES] = rows.length;
    for (let i = 0; i < rows.length; i++) if (rows[i] !== ZERO_ROW) sum[KNOWN]!++;
    if (sum[KNOWN] === 0) return;
    const hidden = this.#hidden.fill(0);
    this.#input.addTo(hidden, rows);
    if (this.#addsScores) this.#multiply(hidden, sum, FIRST);
    else sum.set(hidden, FIRST);
  }

  /** The scores of a text from what all of its features come to. */
  #scoresFrom(sum: TextSum): Float64Array {
    const mean = sum.slice(FIRST, FIRST + this.#width);
    for (let k = 0; k < mean.length; k++) mean[k]! /= sum[FEATURES]!;
    return this.#addsScores ? mean : this.#products(mean);
  }

  /** The products of a vector with all output rows (L,). */
  #products(vector: Float64Array): Float64Array {
    const products = new Float64Array(this.#classifier.labels.length);
    this.#multiply(vector, products, 0);
    return products;
  }

  #multiply(vector: Float64Array, products: Float64Array, first: number): void {
    const { length } = this.#classifier.labels;
    for (let row = 0; row < length; row++) products[first + row] = this.#output.dot(vector, row);
  }

  /** Logarithms of probabilities, up to a number that is the same for all labels (L,). */
  #logProbabilities(rows: readonly number[]): Float64Array {
    const scores = this.#scoresFrom(this.#sumOf(rows));
    if (this.#codes) return alongPaths(scores, this.#codes);
    return this.#classifier.loss === "softmax" ? scores : scores.map((score) => -softplus(-score));
  }
}

function doubled(numbers: Int32Array) {
  const all = new Int32Array(2 * numbers.length);
  all.set(numbers);
  return all;
}

/** Whether the scores make one distribution over the labels. */
export const isDistribution = ({ loss }: Classifier): boolean => loss === "softmax" || loss === "hierarchicalSoftmax";

/** The logarithm of each label's probability: a turn with bit 1 has probability sigmoid(score), as in fastText. */
function alongPaths(scores: Float64Array, { offsets, nodes, bits }: HuffmanCodes): Float64Array {
  return scores.map((_, label) => {
    let sum = 0;
    for (let entry = offsets[label]!; entry < offsets[label + 1]!; entry++) {
      const score = scores[nodes[entry]!]!;
      sum -= softplus(bits[entry] ? -score : score);
    }
    return sum;
  });
}

export function softmax(scores: Float64Array): Float64Array {
  let largest = Number.NEGATIVE_INFINITY;
  for (const score of scores) largest = Math.max(largest, score);
  const powers = new Float64Array(scores.length);
  let sum = 0;
  for (let label = 0; label < scores.length; label++) {
    powers[label] = exp(Math.max(-700, scores[label]! - largest));
    sum += powers[label]!;
  }
  for (let label = 0; label < powers.length; label++) powers[label]! /= sum;
  return powers;
}

/** The places of the k largest values, the largest first, equal ones in order. */
function best(values: Float64Array, k: number): number[] {
  if (k === 1) return values.length === 0 ? [] : [placeOfLargest(values)];
  const order = Array.from(values.keys());
  return order.sort((x, y) => values[y]! - values[x]! || x - y).slice(0, k);
}

function placeOfLargest(values: Float64Array): number {
  let place = 0;
  for (let i = 1; i < values.length; i++) if (values[i]! > values[place]!) place = i;
  return place;
}

/** -ln of the probability that a text's own label was given. */
export const logLoss = (probability: number): number => -ln(Math.max(probability, 1e-15));
