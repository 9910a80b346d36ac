import type { TableSchema } from "./tables.js";

/** Phrases that say what documents are about, those of a document together and the best first: R rows, their columns named as in files. */
export interface KeywordBatch {
  /** The document's number, from 0 over the whole corpus, ascending (R,). */
  readonly document: Int32Array;
  /** What its record calls the document; empty where it is not called anything (R,). */
  readonly id: readonly string[];
  /** From 1 within the document (R,). */
  readonly rank: Int32Array;
  readonly phrase: readonly string[];
  /** To be compared within a document (R,). */
  readonly score: Float64Array;
}

/** One row a phrase. A document without one has no row. */
export const keywordsSchema: TableSchema = {
  columns: { document: "int32", id: "text", rank: "int32", phrase: "text", score: "float64" },
};
