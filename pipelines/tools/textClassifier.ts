import type { Words } from "../../kernels/linear/documentFeatures.js";
import { WordDocuments } from "../../kernels/linear/wordDocuments.js";
import type { Explanation, Prediction, PredictOptions, TextPredictor, TokenBatch } from "../../schemas/index.js";

export interface ClassifiedText {
  /** The labels that came with the text. */
  readonly given: readonly string[];
  readonly predicted: readonly Prediction[];
  readonly explanation?: Explanation;
}

export interface ClassifyOptions extends PredictOptions {
  /** How many reasons to give for the most probable label; none if left out. */
  readonly reasons?: number;
}

/** Classifies texts as their tokens come. State: what is known of each word, the text that has begun, those that were not taken. */
export class TextClassifier {
  readonly #predictor: TextPredictor;
  readonly #options: ClassifyOptions;
  readonly #documents: WordDocuments;
  #ended: ClassifiedText[] = [];

  constructor(predictor: TextPredictor, options: ClassifyOptions) {
    this.#predictor = predictor;
    this.#options = options;
    this.#documents = new WordDocuments(this.#predictor.wordForm);
  }

  add(batch: TokenBatch): void {
    this.#documents.add(batch, this.#visit);
  }

  /** The texts that have ended since the last call, in order. */
  take(): readonly ClassifiedText[] {
    const ended = this.#ended;
    this.#ended = [];
    return ended;
  }

  /** Ends the last text. */
  finish(): void {
    this.#documents.finish(this.#visit);
  }

  readonly #visit = (words: Words, given: readonly string[]): void => {
    const { reasons } = this.#options;
    const explanation = reasons === undefined ? undefined : this.#predictor.explain(words, reasons);
    const predicted = this.#predictor.predict(words, this.#options);
    this.#ended.push({ given, predicted, ...(explanation ? { explanation } : {}) });
  };
}
