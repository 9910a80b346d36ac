import type { DocumentTermBatch } from "./documentTerms.js";
import type { Vocabulary } from "./vocabulary.js";

/** The finished matrix of a corpus: a row a document, a column a term; M cells. */
export interface FinalDocumentTerms {
  readonly vocabulary: Vocabulary;
  /** Rows, those without a cell among them (N). */
  readonly documents: number;
  /** Cells of all rows (M). */
  readonly length: number;
  /** Tokens of all documents, whatever their values have become. */
  readonly tokens: number;
  /** In how many rows each term has a cell (V,). */
  readonly documentFrequencies: Float64Array;
  /** What batches tell of their documents: some of ids, labels, weights, fields. */
  readonly documentParts: readonly string[];
  /** Whole rows in order; may be read any number of times. */
  batches(): AsyncIterable<DocumentTermBatch>;
  /** Gives back the room on the disk that a large table takes; it cannot be read afterwards. */
  close?(): void;
}
