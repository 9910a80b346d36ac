import type { Vocabulary } from "./vocabulary.js";

/** In how many documents of a corpus each term occurs: what inverse document frequencies are made of. */
export interface DocumentFrequencies {
  readonly vocabulary: Vocabulary;
  /** Documents that hold the term (V,). */
  readonly counts: Float64Array;
  /** Documents in all, empty ones among them. */
  readonly documents: number;
  /** Tokens of all documents. */
  readonly tokens: number;
  /** Where they come from: how tokens were made of the texts, among other things. Left out where nothing is known. */
  readonly metadata?: ReadonlyMap<string, string>;
}
