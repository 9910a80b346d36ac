import type { TokenizerForm } from "./subwordVocabulary.js";

/** Numbers with a shape and a name, row after row. */
export interface NamedTensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

/** What a network is made by besides the numbers of its tensors: sizes and choices, by the network's own option names. */
export type NetworkSettings = Readonly<Record<string, number | string | boolean>>;

/** A network that tells how probable a term is behind others. */
export interface LanguageModel {
  /** The unit that made it, which knows the network: `rnnlm`. */
  readonly architecture: string;
  readonly settings: NetworkSettings;
  /** The terms that are read and predicted, in the order of their ids (V,). */
  readonly terms: readonly string[];
  /** How often each occurred in the text that was learned from (V,). */
  readonly counts: Float64Array;
  /** How text becomes the terms, where they are pieces of words; if left out, they are words. */
  readonly tokenizer?: TokenizerForm;
  /** The term that stands for all that are not there, if there is one. */
  readonly unknown?: string;
  /** The term that ends a sentence, if there is one. */
  readonly sentenceEnd?: string;
  /** The term behind which a text begins, if the model has read texts so. */
  readonly beginning?: string;
  readonly tensors: readonly NamedTensor[];
  /** The tensor with a row a term that reads ids: the word vectors. */
  readonly vectors: string;
  /** Model, options, corpus hash. */
  readonly metadata: ReadonlyMap<string, string>;
}
