import type { DocumentColumn } from "./documents.js";

/** A vector a document: N documents, D numbers each; coordinates in a space of LSA, or the shares of topics. */
export interface DocumentVectorBatch {
  readonly vectorSize: number;
  /** One row a document (N x D). */
  readonly values: Float32Array;
  /** Which document each row is: its number, from 0, over the whole corpus, ascending (N,). */
  readonly rowDocuments: Uint32Array;
  /** What is known of the document of each row; left out throughout a stream whose source was asked for nothing. */
  readonly documents?: DocumentColumn;
  /** Which pass over the corpus this is, from 0. */
  readonly epoch: number;
}
