import type { DocumentBatch } from "./documents.js";
import type { TableSchema } from "./tables.js";
import type { Vocabulary } from "./vocabulary.js";

export type WindowSide = "both" | "left" | "right";

/**
 * A view of the windows over a stretch of text, not the pairs. `ids` holds the centres and up to `windowSize` neighbours on both
 * sides, so that each batch can be read alone; the centres of all batches together are the whole text, once each.
 */
export interface ContextBatch extends DocumentBatch {
  readonly vocabulary: Vocabulary;
  /** Ids left after subsampling (T,). */
  readonly ids: Uint32Array;
  /** Positions in `ids` at which a stretch begins that windows do not cross (ascending; 0 among them). */
  readonly sentenceOffsets: Uint32Array;
  /**
   * Positions in `ids`, among the centres, at which a document begins; equal ones are documents without centres. Those at `endCentre`
   * belong to the batch behind, but in the last of a pass.
   */
  readonly documentOffsets: Uint32Array;
  /** The centres are `ids[firstCentre] .. ids[endCentre - 1]`. */
  readonly firstCentre: number;
  readonly endCentre: number;
  /**
   * For each token, as a centre, the number of neighbours to look at on each side (T,), 0 .. windowSize; cut at sentence edges by
   * the reader. The tokens before and after the centres have theirs, too: the windows that reach a centre are all to be seen.
   */
  readonly radius: Uint8Array;
  readonly windowSize: number;
  readonly side: WindowSide;
  /** Which pass over the corpus, from 0. */
  readonly epoch: number;
  /** Index of the first centre among all centres of this epoch. */
  readonly position: number;
  /** How many centres an epoch is expected to have, for learning-rate schedules: sum over terms of count x keep probability. */
  readonly expectedCentres: number;
}

/** Windows spelled out: one row a pair (P,). */
export interface PairBatch {
  readonly vocabulary: Vocabulary;
  readonly centre: Uint32Array;
  readonly context: Uint32Array;
  /** Position of the context relative to the centre: negative to the left. */
  readonly distance: Int8Array;
}

/** One row a pair: ids in the vocabulary, and the position of the context relative to the centre. */
export const pairsSchema: TableSchema = { columns: { centre: "int32", context: "int32", distance: "int8" } };
