import type { TableSchema } from "./tables.js";
import type { Vocabulary } from "./vocabulary.js";

/** How a pair at distance d counts: 1, or 1/d as in GloVe. */
export type DistanceWeighting = "flat" | "harmonic";

/** What the weights of a view of a table tell instead of counts. */
export type AssociationMeasure = "pmi" | "ppmi" | "npmi" | "log" | "conditional";

export interface CooccurrenceBatch {
  readonly row: Int32Array;
  readonly column: Int32Array;
  /** An exact multiple of the table's unit, divided once at the end. */
  readonly weight: Float64Array;
}

export interface CooccurrenceMetadata {
  readonly windowSize: number;
  readonly weighting: DistanceWeighting;
  readonly symmetric: boolean;
  /** Weights are integer multiples of 1 / unitsPerCount, so sums do not depend on the order of adding. */
  readonly unitsPerCount: number;
  /** Absent where weights are counts; views are not exact, and cannot be added. */
  readonly measure?: AssociationMeasure;
}

/** How the batches of a table are read. */
export interface BatchOptions {
  /** The reader is through with a batch before it asks for the next, whose arrays may then be the same: nothing is left to the garbage collector. */
  readonly reuse?: boolean;
}

/** A finished table: sorted by row, then column, each cell once. Made only by `accumulateCooccurrence` on completion, or read back from its file. */
export interface FinalCooccurrence {
  readonly vocabulary: Vocabulary;
  readonly metadata: CooccurrenceMetadata;
  /** Number of cells. */
  readonly length: number;
  /** Cells in order, at most 65,536 a batch; may be read any number of times. */
  batches(options?: BatchOptions): AsyncIterable<CooccurrenceBatch>;
  /** The same cells as records of GloVe's `cooccurrence.bin`, where a table has them at hand; a block is good until the next but one is asked for. */
  records?(): AsyncIterable<Uint8Array>;
  /** Gives back the room on the disk that a large table takes; it cannot be read afterwards. */
  close?(): void;
}

/** One row a cell; the row and the column of the matrix are ids in the vocabulary. No name is a keyword of SQL, as row and column are. */
export const cooccurrenceSchema: TableSchema = {
  columns: { rowIndex: "int32", columnIndex: "int32", weight: "float64" },
};
/** The terms of a cell, beside its ids. */
export const cooccurrenceTermsSchema: TableSchema = { columns: { rowTerm: "text", columnTerm: "text" } };
