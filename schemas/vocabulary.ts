import type { TableSchema } from "./tables.js";

/** The labels of documents: count descending, then code point. */
export interface LabelSet {
  readonly names: readonly string[];
  /** Documents of each label (L,). */
  readonly counts: Float64Array;
}

/** Why a term is left out: fewer documents than `minDocuments` have it, or more than `maxDocuments`. */
export type OutsideDocuments = "belowMinDocuments" | "aboveMaxDocuments";

/** Terms in their final order: count descending, then code point; extra terms that never occurred come last, with count 0. Fixed once built. */
export interface Vocabulary {
  readonly terms: readonly string[];
  /** Occurrences of each term in the corpus (V,). */
  readonly counts: Float64Array;
  /** Sum of `counts`. */
  readonly tokens: number;
  /** Terms that are frequent enough, and left out all the same because of `maxSize`. */
  readonly truncated?: ReadonlySet<string>;
  /** Terms that are frequent enough, and left out because too few or too many documents have them. */
  readonly outsideDocuments?: ReadonlyMap<string, OutsideDocuments>;
  /** Of the documents that it was counted over, if they have some. */
  readonly labels?: LabelSet;
  /** The term's id, or undefined for a term outside the vocabulary. */
  idOf(term: string): number | undefined;
}

/**
 * A vocabulary that goes with a stretch of an endless stream. Ids are rows: a term keeps its row as long as it has one, and another
 * term may have the row in a later snapshot. Rows are not in the order of their counts. Within a snapshot nothing changes.
 */
export interface VocabularySnapshot extends Vocabulary {
  /** Rows that any snapshot of the stream can have; `terms` grows up to it, and never shrinks. */
  readonly maxSize: number;
  /** Which snapshot of the stream it is, from 0. */
  readonly generation: number;
  /** Which snapshot was the first in which the row held its term (V,). */
  readonly since: Uint32Array;
}

/** One row a term, in vocabulary order. */
export const vocabularySchema: TableSchema = { columns: { term: "text", count: "float64" } };
