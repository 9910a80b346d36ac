import type { Vocabulary } from "./vocabulary.js";

/** K topics over a vocabulary of V terms. A topic keeps its number. */
export interface Topics {
  readonly vocabulary: Vocabulary;
  /** How much each term counts in each topic, the prior among it: a row a term (V x K). Its share of the column's sum is P(term | topic). */
  readonly weights: Float32Array;
  /** How much is known of each topic before a document is read: the parameters of the Dirichlet distribution of its topics (K,). */
  readonly alpha: Float64Array;
  /** What the topics are called (K,), where they have names, as classes of documents have. */
  readonly names?: readonly string[];
  /** What made them: the model, its settings, what was measured. */
  readonly metadata: ReadonlyMap<string, string>;
}
