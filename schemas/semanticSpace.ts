import type { Vocabulary } from "./vocabulary.js";

/** A space of latent semantic analysis: k dimensions over V terms, from the truncated singular value decomposition U S V' of documents x terms. */
export interface SemanticSpace {
  readonly vocabulary: Vocabulary;
  /** Right singular vectors: a row a term, orthogonal columns of length 1 (V x k). */
  readonly termVectors: Float32Array;
  /** The largest first (k,). */
  readonly singularValues: Float64Array;
  /** Sum of squares of the matrix, of which the singular values explain the sum of theirs. */
  readonly squares: number;
  /** Documents that it was made from (N). */
  readonly documents: number;
  /** What made it: the model, its settings, the steps of the texts. */
  readonly metadata: ReadonlyMap<string, string>;
}
