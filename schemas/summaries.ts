import type { TableSchema } from "./tables.js";

/** Sentences that stand for documents, those of a document together and the best first: R rows, their columns named as in files. */
export interface SummaryBatch {
  /** The document's number, from 0 over the whole corpus, ascending (R,). */
  readonly document: Int32Array;
  /** What its record calls the document; empty where it is not called anything (R,). */
  readonly id: readonly string[];
  /** From 1 within the document (R,). */
  readonly rank: Int32Array;
  /** The sentence's number, from 0 within the document (R,). */
  readonly sentence: Int32Array;
  readonly text: readonly string[];
  /** To be compared within a document (R,). */
  readonly score: Float64Array;
}

/** One row a sentence. A document without a summary has no row. */
export const summariesSchema: TableSchema = {
  columns: { document: "int32", id: "text", rank: "int32", sentence: "int32", text: "text", score: "float64" },
};
