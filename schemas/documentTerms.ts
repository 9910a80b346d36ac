import type { DocumentColumn } from "./documents.js";
import type { TableSchema } from "./tables.js";
import type { Vocabulary } from "./vocabulary.js";

/** Rows of a sparse matrix, one a whole document, in compressed form (CSR): N documents, some of V terms in each. */
export interface DocumentTermBatch {
  readonly vocabulary: Vocabulary;
  /** Where the terms of each document begin in `terms`, and at last where they end (N + 1,). A document may have none. */
  readonly offsets: Uint32Array;
  /** Ids in the vocabulary, ascending within a document, each once. */
  readonly terms: Uint32Array;
  /** How often each of them occurs in its document, or its weight there. */
  readonly values: Float64Array;
  /** Tokens of each document in the vocabulary, whatever its values have become (N,). */
  readonly lengths: Uint32Array;
  /** Which document each row is: its number, from 0, over the whole corpus, ascending (N,). */
  readonly rowDocuments: Uint32Array;
  /** What is known of the document of each row; left out throughout a stream whose source was asked for nothing. */
  readonly documents?: DocumentColumn;
  /** Which pass over the corpus this is, from 0. */
  readonly epoch: number;
}

/** One row a document. */
export const documentTermRowsSchema: TableSchema = {
  columns: { document: "int32", length: "int32", terms: { list: "int32" }, values: { list: "float64" } },
};

/** One row a cell. */
export const documentTermCellsSchema: TableSchema = {
  columns: { document: "int32", term: "int32", value: "float64" },
};
