import type { DocumentColumn } from "./documents.js";
import type { TableSchema } from "./tables.js";

/** The labels that a classifier gives documents, in compressed form (CSR): N documents, each with some labels, the most probable first. */
export interface PredictionBatch {
  /** Which document each row is: its number, from 0, over the whole corpus, ascending (N,). */
  readonly rowDocuments: Uint32Array;
  /** Tokens of each document (N,). */
  readonly lengths: Uint32Array;
  /** Where the labels of each document begin, and at last where they end (N + 1,). A document may have none. */
  readonly offsets: Uint32Array;
  readonly labels: readonly string[];
  /** Of each label, 0 .. 1. */
  readonly probabilities: Float64Array;
  /** What is known of the document of each row, with the labels that it came with; left out throughout a stream whose source was asked for nothing. */
  readonly documents?: DocumentColumn;
}

/** One row a document; an empty `id` is none, `given` are the labels that it came with. */
export const predictionsSchema: TableSchema = {
  columns: {
    document: "int32",
    id: "text",
    labels: { list: "text" },
    probabilities: { list: "float64" },
    given: { list: "text" },
    length: "int32",
  },
};
