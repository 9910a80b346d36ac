import type { DocumentBatch } from "./documents.js";
import type { TableSchema } from "./tables.js";
import type { Vocabulary } from "./vocabulary.js";

/** The run's growing list of distinct terms. Ids are provisional, first seen first, and never used for two terms within a pass. */
export interface Lexicon {
  /** Ids given out so far: 0 .. size - 1. */
  readonly size: number;
  /** The term's text; undefined once it was pruned and the batch in which that happened was passed on. */
  term(id: number): string | undefined;
  /** The texts of many ids that are live, where that is faster than to ask for each. */
  terms?(ids: ArrayLike<number>): string[];
  /** Occurrences counted since the term was last admitted; 0 once it was pruned. */
  count(id: number): number;
  /** Occurrences whose term was pruned because the lexicon outgrew its bound. */
  readonly prunedOccurrences: number;
}

/** Batch edges mean nothing here either: offsets are starts, and what lies before the first one goes on from the batch before. */
export interface TokenBatch extends DocumentBatch {
  readonly lexicon: Lexicon;
  /** Provisional ids into the lexicon (T,). */
  readonly ids: Uint32Array;
  /**
   * In a run all of whose readers `readsCounts`: how many tokens the batch stands for. There are no ids, and the counts of the lexicon, all of
   * whose tokens come in this stream, are the answer.
   */
  readonly counted?: number;
  /** Ascending positions in `ids` at which a sentence begins (each document start among them). */
  readonly sentenceOffsets: Uint32Array;
  /** Ascending positions in `ids` at which a document begins. Equal positions are empty documents. */
  readonly documentOffsets: Uint32Array;
  /** On request: where each token lies in its original document, in UTF-16 code units, end not included (T,). */
  readonly characters?: { readonly start: Uint32Array; readonly end: Uint32Array };
}

export interface IdBatch extends DocumentBatch {
  /** A SubwordVocabulary where ids are those of pieces of words (`isSubwordVocabulary`). */
  readonly vocabulary: Vocabulary;
  /** Ids in the vocabulary (T,); terms outside it are left out and counted. */
  readonly ids: Uint32Array;
  /**
   * Of pieces: ascending positions in `ids` at which the pieces of each word begin (W,), so that they can be brought together again.
   * Equal positions are words without pieces. The pieces of a word lie in one batch.
   */
  readonly wordOffsets?: Uint32Array;
  readonly sentenceOffsets: Uint32Array;
  readonly documentOffsets: Uint32Array;
  /** Which pass over the corpus this is, from 0: random draws differ between epochs. */
  readonly epoch: number;
}

/** One row a token. `document` and `sentence` count from 0 over the whole corpus; `id` is one of the vocabulary. */
export const idsSchema: TableSchema = { columns: { document: "int32", sentence: "int32", id: "int32" } };
