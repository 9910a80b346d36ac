import type { DocumentColumn } from "./documents.js";
import type { TableSchema } from "./tables.js";

/** A document that was found. */
export interface Hit {
  /** Its number, from 0. */
  readonly document: number;
  readonly score: number;
}

/** What a term of the query adds to the score of a document. */
export interface ScorePart {
  readonly term: string;
  /** Occurrences in the query, and in the document. */
  readonly inQuery: number;
  readonly count: number;
  /** Documents that hold the term. */
  readonly documents: number;
  readonly score: number;
}

/** Finds the documents that fit a query best. Whatever ranks documents for tokens can be searched with. */
export interface DocumentSearcher {
  /** The best documents, equal scores by their number; none if no token is known. */
  search(tokens: readonly string[], k: number): readonly Hit[];
  /** What the score of a document is the sum of, by the terms of the query that it holds; in the order in which they are added. */
  explain?(tokens: readonly string[], document: number): readonly ScorePart[];
}

/** The documents found for each query, in compressed form (CSR): Q queries, each with some hits, the best first. */
export interface HitBatch {
  /** Which query each row is: its number, from 0, over all of them, ascending (Q,). */
  readonly rowDocuments: Uint32Array;
  /** Tokens of each query (Q,). */
  readonly lengths: Uint32Array;
  /** Where the hits of each query begin, and at last where they end (Q + 1,). A query may have none. */
  readonly offsets: Uint32Array;
  /** The number of each document in the index. */
  readonly found: Uint32Array;
  readonly scores: Float64Array;
  /** What the index knows the documents by; left out where it knows no ids. */
  readonly foundIds?: readonly (string | null)[];
  /** What is known of the queries; left out throughout a stream whose source was asked for nothing. */
  readonly documents?: DocumentColumn;
}

/** One row a hit, ranks from 1; an empty id is none. */
export const hitsSchema: TableSchema = {
  columns: { query: "int32", queryId: "text", rank: "int32", document: "int32", id: "text", score: "float64" },
};
