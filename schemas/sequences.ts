import type { DocumentColumn } from "./documents.js";
import type { TableSchema } from "./tables.js";
import type { Vocabulary } from "./vocabulary.js";

/** Ids in rows of one length, as models of sequences read them; no row holds text of two documents. */
export interface SequenceBatch {
  readonly vocabulary: Vocabulary;
  /** T, the same in all batches of a stream. */
  readonly sequenceLength: number;
  /** Ids in the vocabulary, row after row (B x T); 0 behind the end of a row's text. */
  readonly ids: Uint32Array;
  /** Tokens in each row, at most T (B,). */
  readonly lengths: Uint32Array;
  /** The document of each row: its number, from 0, over the whole corpus (B,). Ascending; a long document has many rows. */
  readonly rowDocuments: Uint32Array;
  /** What is known of the document of each row; left out throughout a stream whose source was asked for nothing. */
  readonly documents?: DocumentColumn;
  /** Which pass over the corpus this is, from 0. */
  readonly epoch: number;
}

/** One row a sequence. */
export function sequencesSchema(sequenceLength: number): TableSchema {
  return { columns: { document: "int32", length: "int32", ids: { list: "int32", size: sequenceLength } } };
}
