import type { LanguageModel, NamedTensor } from "./languageModel.js";
import type { SubwordForm } from "./subwords.js";

/** Rows of numbers as they are. */
export interface DenseRows {
  readonly columns: number;
  /** Row-major (rows, columns). */
  readonly values: Float32Array;
}

/** Rows whose pieces are each the nearest of 256 centroids (product quantisation, Jégou et al. 2011). */
export interface QuantizedRows {
  readonly columns: number;
  /** Columns in a piece; the last piece may have fewer. */
  readonly pieceSize: number;
  /** One byte a piece, row by row. */
  readonly codes: Uint8Array;
  /** Piece by piece, 256 centroids of its size. */
  readonly centroids: Float32Array;
  /** Where rows were brought to length 1: the code of each row's length, and the 256 lengths. */
  readonly norms?: { readonly codes: Uint8Array; readonly centroids: Float32Array };
}

export type RowMatrix = DenseRows | QuantizedRows;

export const classifierLosses = ["softmax", "hierarchicalSoftmax", "negativeSampling", "oneVsAll"] as const;
export type ClassifierLoss = (typeof classifierLosses)[number];

export interface LabelOdds {
  /** Above 0. */
  readonly slope: number;
  readonly offset: number;
}

/**
 * A linear classifier of texts over the mean of their features' rows (Joulin et al. 2017): words, subwords, and n-grams of words. With V
 * terms, R buckets in use, L labels and D columns. Plain data; `kernels/linear` predicts with it.
 */
export interface Classifier {
  readonly labels: readonly string[];
  /** Documents of each label (L,); by them the Huffman tree of hierarchicalSoftmax is made. */
  readonly labelCounts: Float64Array;
  readonly terms: readonly string[];
  /** Occurrences of each term (V,). */
  readonly counts: Float64Array;
  readonly loss: ClassifierLoss;
  /** Words in the longest n-gram of words; 1 for none. */
  readonly wordNgrams: number;
  /** N-grams of words have their rows among those of subwords, in the same buckets. */
  readonly subwords: SubwordForm;
  /** The buckets that have a row, ascending (R,). Others are rows of zeros, or, where the classifier was pruned, no features. */
  readonly buckets: Uint32Array;
  readonly pruned: boolean;
  /** Whether each text ends with the feature `</s>`, as fastText's lines do. */
  readonly sentenceEnd: boolean;
  /** (V + R, D): terms, then buckets. */
  readonly input: RowMatrix;
  /** (L, D); for hierarchicalSoftmax the inner nodes of the tree in the order in which they are made, and one unused row. */
  readonly output: RowMatrix;
  /** Scores are divided by it before they become probabilities (Guo et al. 2017); 1 where it was not calibrated. */
  readonly temperature: number;
  /**
   * Of softmax and hierarchicalSoftmax learned from texts with several labels each: from the probability p that a label which is drawn from
   * a text's own is this one to the probability q that the text has it, logit q = slope ln p + offset. Left out where texts have one.
   */
  readonly labelOdds?: LabelOdds;
  /** Model, options, corpus hash, and how texts were made tokens. */
  readonly metadata: ReadonlyMap<string, string>;
}

/** How the places of a text become one vector: the first one, the mean of all, or the last one. */
export const poolings = ["cls", "mean", "last"] as const;
export type Pooling = (typeof poolings)[number];

/** What stands behind a language model that tells texts apart. */
export interface ClassifierHead {
  /** `target`: not of a text, but of a word where it stands in each of two texts, the mean of its places. */
  readonly pooling: Pooling | "target";
  /** What is pooled: the last layer, or the sum of all by learned shares. */
  readonly layers: "last" | "mix";
  /** Places of a text that are read at most, those around it too. */
  readonly length: number;
  readonly tensors: readonly NamedTensor[];
}

/** A classifier of texts over what a language model makes of them. Plain data; `NetworkPredictor` predicts with it. */
export interface NetworkClassifier extends Pick<Classifier, "labels" | "labelCounts" | "temperature" | "metadata"> {
  readonly loss: "softmax";
  readonly model: LanguageModel;
  readonly head: ClassifierHead;
}

export type AnyClassifier = Classifier | NetworkClassifier;

/** Whether it asks a language model. */
export const isNetworkClassifier = (classifier: AnyClassifier): classifier is NetworkClassifier =>
  "model" in classifier;

/**
 * For what linear classifiers alone can do.
 * @throws TypeError for another one
 */
export function requireLinear(who: string, classifier: AnyClassifier): Classifier {
  if (!isNetworkClassifier(classifier)) return classifier;
  throw new TypeError(
    `${who}: the classifier must be a linear one, as fastTextClassifier makes, got one over ${classifier.model.architecture}`,
  );
}
