import type { DocumentColumn } from "./documents.js";
import type { TableSchema } from "./tables.js";
import type { Vocabulary } from "./vocabulary.js";

/** Stands among targets where nothing is to be predicted. */
export const NO_TARGET = -1;

/** Ids in rows of one length, as models of sequences read them, with what is to be predicted at each place. */
export interface SequenceBatch {
  readonly vocabulary: Vocabulary;
  /** T, the same in all batches of a stream. */
  readonly sequenceLength: number;
  /** Ids in the vocabulary, row after row (B x T); 0 behind the end of a row's text. */
  readonly ids: Uint32Array;
  /** The id that is to be predicted at each place, NO_TARGET for none (B x T); to a causal model, the id that follows in the text. */
  readonly targets: Int32Array;
  /** Tokens in each row, at most T (B,). */
  readonly lengths: Uint32Array;
  /**
   * 1 where a row goes on where the same row of the batch before ended, so that a recurrent model keeps its state; 0 where that begins
   * anew (B,).
   */
  readonly continues: Uint8Array;
  /** The document in which each row begins: its number, from 0, over the whole corpus (B,). A long document has many rows. */
  readonly rowDocuments: Uint32Array;
  /** What is known of the document of each row; left out throughout a stream whose source was asked for nothing. */
  readonly documents?: DocumentColumn;
  /** Of rows that hold two texts: which of them each place belongs to, 0 or 1 (B x T). */
  readonly segments?: Uint8Array;
  /** The class of each row, where rows are told apart (B,). */
  readonly labels?: Uint32Array;
  /** Which pass over the corpus this is, from 0. */
  readonly epoch: number;
  /** Number of the first row among all rows of the epoch: with the row and the place, the counter of every draw. */
  readonly position: number;
  /** Tokens in the rows before the first one, in this epoch. */
  readonly tokensBefore: number;
  /** About how many tokens the rows of an epoch have, for learning-rate schedules; 0 where that cannot be told. */
  readonly expectedTokens: number;
}

/** The parts that only some streams have. */
export type SequenceParts = Pick<SequenceBatch, "segments" | "labels">;

/** One row a sequence. */
export function sequencesSchema(sequenceLength: number, { segments, labels }: SequenceParts = {}): TableSchema {
  const list = { list: "int32", size: sequenceLength } as const;
  return {
    columns: {
      ...({ document: "int32", continues: "int8", length: "int32", ids: list, targets: list } as const),
      ...(segments ? ({ segments: { list: "int8", size: sequenceLength } } as const) : {}),
      ...(labels ? ({ label: "int32" } as const) : {}),
    },
  };
}
