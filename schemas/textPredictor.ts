/** A label of a text. */
export interface Prediction {
  readonly label: string;
  /** 0 .. 1; of a classifier that makes one distribution they add up to 1 over all labels. */
  readonly probability: number;
}

export interface PredictOptions {
  /** How many labels at most; 1 by default. */
  readonly k?: number;
  /** The least probability of a label that is given; 0 by default. */
  readonly threshold?: number;
}

/** A feature, and how much of the logarithm of the odds of the first label against the second comes from it. */
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

/** A classifier that is ready to be asked: words are numbers that it gives out. */
export interface TextPredictor {
  readonly wordForm: { readonly make: (text: string) => number; readonly termOf: (word: number) => string };
  /** The most probable labels, none of a text in which nothing is known. */
  predict(words: readonly string[] | Int32Array, options?: PredictOptions): Prediction[];
  /** What labels are scored (L,); undefined for a text in which nothing is known. */
  scores(words: readonly string[] | Int32Array): Float64Array | undefined;
  /** Probabilities from scores (L,), at a temperature. */
  probabilitiesAt(scores: Float64Array, temperature: number): Float64Array;
  /** @param k how many reasons at most */
  explain(words: readonly string[] | Int32Array, k?: number): Explanation | undefined;
}
