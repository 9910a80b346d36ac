import type { Classifier } from "../../schemas/classifier.js";
import { type HuffmanCodes, makeHuffmanCodes } from "../embedding/huffman.js";
import { exp, ln } from "../numbers/logarithm.js";
import { sigmoid, softplus } from "../numbers/sigmoid.js";
import { DocumentFeatures, type Word, ZERO_ROW } from "./documentFeatures.js";
import { type RowReader, rowReader } from "./rowMatrix.js";

export interface Prediction {
  readonly label: string;
  /** 0 .. 1; of softmax and hierarchicalSoftmax they add up to 1 over all labels. */
  readonly probability: number;
}

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
 * In: the tokens of a text. Out: at most k labels, the most probable first, equal ones in the order of the labels; none for a text
 * without features. State: that of `DocumentFeatures`, and of each word that has occurred what it adds, min(L, D) numbers; the classifier is
 * not copied. A word costs min(L, D) additions but for the first time, an n-gram of words D.
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
  /** Words add to the scores themselves, where these are fewer than the numbers in a row. */
  readonly #addsScores: boolean;
  /** What words add, one behind the other. */
  #sums = new Float64Array(1024);
  #sumsEnd = 0;

  constructor(classifier: Classifier) {
    this.#classifier = classifier;
    this.#features = new DocumentFeatures(classifier);
    this.#input = rowReader(classifier.input);
    this.#output = rowReader(classifier.output);
    this.#hidden = new Float64Array(this.#input.columns);
    this.#addsScores = classifier.labels.length < this.#input.columns;
    if (classifier.loss === "hierarchicalSoftmax") this.#codes = makeHuffmanCodes(classifier.labelCounts);
  }

  predict(tokens: readonly string[], options?: PredictOptions): Prediction[] {
    return this.predictWords(tokens.map(this.wordForm.make), options);
  }

  /** Tokens that are looked up once however often they occur. */
  readonly wordForm = {
    make: (token: string): Word => this.#features.wordOf(token),
    termOf: ({ text }: Word): string => text,
  };

  /** The same as `predict`, for words of `wordForm`. */
  predictWords(words: Word[], { k = 1, threshold = 0 }: PredictOptions = {}): Prediction[] {
    const scores = this.#scoresOf(this.#features.withEnd(words));
    if (!scores) return [];
    const probabilities = this.probabilitiesAt(scores, this.#classifier.temperature);
    return best(probabilities, k)
      .map((id) => ({ label: this.#classifier.labels[id]!, probability: probabilities[id]! }))
      .filter(({ probability }) => probability >= threshold);
  }

  /** The probability of each label (L,); undefined for a text without features. */
  probabilities(tokens: readonly string[]): Float64Array | undefined {
    const scores = this.scores(tokens);
    return scores && this.probabilitiesAt(scores, this.#classifier.temperature);
  }

  /** The product of the text's mean row with each output row (L,); undefined for a text without features. */
  scores(tokens: readonly string[]): Float64Array | undefined {
    return this.#scoresOf(this.#features.wordsOf(tokens));
  }

  #scoresOf(words: readonly Word[]): Float64Array | undefined {
    const ngrams = this.#hidden.fill(0);
    let features = 0;
    this.#features.forEachNgram(words, (row) => {
      features++;
      if (row !== ZERO_ROW) this.#input.addTo(ngrams, row);
    });
    const hasNgrams = features > 0;
    const sum = this.#addsScores ? this.#products(hasNgrams ? ngrams : undefined) : ngrams.slice();
    const size = sum.length;
    for (const word of words) {
      if (word.features === 0) continue;
      features += word.features;
      if (word.place < 0) word.place = this.#place(word);
      const { place } = word;
      const sums = this.#sums;
      for (let k = 0; k < size; k++) sum[k]! += sums[place + k]!;
    }
    if (features === 0) return undefined;
    for (let k = 0; k < sum.length; k++) sum[k]! /= features;
    return this.#addsScores ? sum : this.#products(sum);
  }

  /** Where the sums have what a word adds: the sum of its rows, or the products of that with all output rows. */
  #place({ rows }: Word): number {
    const sum = new Float64Array(this.#hidden.length);
    for (const row of rows) if (row !== ZERO_ROW) this.#input.addTo(sum, row);
    const added = this.#addsScores ? this.#products(sum) : sum;
    const place = this.#sumsEnd;
    this.#sumsEnd += added.length;
    if (this.#sumsEnd > this.#sums.length) {
      const grown = new Float64Array(2 * this.#sumsEnd);
      grown.set(this.#sums);
      this.#sums = grown;
    }
    this.#sums.set(added, place);
    return place;
  }

  /** The products of a vector, or of zeros, with all output rows (L,). */
  #products(vector: Float64Array | undefined): Float64Array {
    const products = new Float64Array(this.#classifier.labels.length);
    if (vector) for (let row = 0; row < products.length; row++) products[row] = this.#output.dot(vector, row);
    return products;
  }

  /** Probabilities from scores (L,), at a temperature. */
  probabilitiesAt(scores: Float64Array, temperature: number): Float64Array {
    const cooled = scores.map((score) => score / temperature);
    if (this.#codes) return softmax(alongPaths(cooled, this.#codes));
    return isDistribution(this.#classifier) ? softmax(cooled) : cooled.map(sigmoid);
  }

  /**
   * What a label rests on, before temperature; undefined for a text without features, or where there is one label.
   * @param k how many reasons at most
   */
  explain(tokens: readonly string[], k = 10): Explanation | undefined {
    const { labels } = this.#classifier;
    const rows = this.#features.of(tokens);
    if (rows.length === 0 || labels.length < 2) return undefined;
    const all = this.#logProbabilities(rows);
    const [first, second] = best(all, 2) as [number, number];
    const texts = this.#features.wordsOf(tokens).map(({ text }) => text);
    const rowsOf = new Map<string, number[]>();
    let at = 0;
    this.#features.forEach(tokens, (_, from, to) => {
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

  #scoresOfRows(rows: readonly number[]): Float64Array {
    const hidden = this.#hidden.fill(0);
    for (const row of rows) if (row !== ZERO_ROW) this.#input.addTo(hidden, row);
    for (let d = 0; d < hidden.length; d++) hidden[d]! /= Math.max(1, rows.length);
    return this.#products(hidden);
  }

  /** Logarithms of probabilities, up to a number that is the same for all labels (L,). */
  #logProbabilities(rows: readonly number[]): Float64Array {
    const scores = this.#scoresOfRows(rows);
    if (this.#codes) return alongPaths(scores, this.#codes);
    return this.#classifier.loss === "softmax" ? scores : scores.map((score) => -softplus(-score));
  }
}

/** Whether the probabilities of all labels add up to 1. */
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
  const largest = scores.reduce((x, y) => Math.max(x, y), Number.NEGATIVE_INFINITY);
  const powers = scores.map((score) => exp(Math.max(-700, score - largest)));
  const sum = powers.reduce((x, y) => x + y, 0);
  return powers.map((power) => power / sum);
}

/** The places of the k largest values, the largest first, equal ones in order. */
function best(values: Float64Array, k: number): number[] {
  const order = Array.from(values.keys());
  if (k === 1) return order.length === 0 ? [] : [values.indexOf(values.reduce((x, y) => Math.max(x, y)))];
  return order.sort((x, y) => values[y]! - values[x]! || x - y).slice(0, k);
}

/** -ln of the probability that a text's own label was given. */
export const logLoss = (probability: number): number => -ln(Math.max(probability, 1e-15));
