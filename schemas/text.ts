import type { DocumentBatch } from "./documents.js";

/** Where a source stands after a batch; enough to go on from there. */
export interface SourcePosition {
  /** The file's path, or the name of the stream. */
  readonly source: string;
  /** Bytes of the decompressed text consumed so far. */
  readonly offset: number;
  /** Documents begun so far, over the whole run. */
  readonly documents: number;
  /**
   * Of a live source, where the batch ends between two documents: what the source takes as `from` to go on behind it. Nobody else
   * needs to know what it says.
   */
  readonly cursor?: string;
  /** Of a live source: what is known to be there and was not read yet, as far as the source can tell. */
  readonly waiting?: { readonly bytes: number } | { readonly documents: number };
}

/** What a live source takes besides its options. */
export interface LiveStart {
  /** A cursor: everything up to and with its batch was read. */
  readonly from?: string | undefined;
}

/** A document that a source could not use, and why. */
export interface Rejection {
  /** The file's path, or the name of the stream. */
  readonly source: string;
  /** Its number in its source, from 1, those that were rejected counted too. */
  readonly document: number;
  /** Where it begins in its source, from 1; not in Parquet, whose documents are rows. */
  readonly line?: number;
  /** Bytes of the unpacked source before it. */
  readonly offset: number;
  readonly reason: string;
}

/**
 * A stretch of text, as UTF-8 bytes. Batch edges mean nothing: a document may go on in the next batch, but a batch never ends
 * inside a code point.
 */
export interface TextBatch extends DocumentBatch {
  /** Valid UTF-8, no byte-order mark, line ends as "\n"; a document's own last line end belongs to it. */
  readonly bytes: Uint8Array;
  /** Ascending offsets into `bytes` at which a document begins; what lies before the first goes on from the batch before. */
  readonly documentOffsets: Uint32Array;
  /** The same for sentences, once `splitSentences` has found them; each document start is also a sentence start. */
  readonly sentenceOffsets?: Uint32Array;
  /** Present once `normalize` has changed lengths under `keepOffsets`: how to find the way back into the original document. */
  readonly alignment?: TextAlignment;
  /** What each `normalize` on the way did to the text, in turn: whoever looks for words in it must do the same to them. */
  readonly normalizations?: readonly NormalizationOptions[];
  readonly position: SourcePosition;
}

/**
 * Points of `TextBatch.bytes` from which the mapping to the original text changes. From byte `at[i]` on, the text is `shift[i]`
 * UTF-16 units further along in the original document than in the normalised one. Each document begins with shift 0; a point
 * where a document begins belongs to the one that ends there.
 */
export interface TextAlignment {
  readonly at: Uint32Array;
  readonly shift: Int32Array;
}

/** The options of `normalize` that say what becomes of a text. */
export interface NormalizationOptions {
  readonly invisible: "keep" | "remove";
  readonly radicals: "keep" | "unify";
  readonly form: "none" | "NFC" | "NFD" | "NFKC" | "NFKD";
  readonly case: "keep" | "lower" | "fold";
  readonly accents: "keep" | "remove";
  readonly digits: "keep" | "zero" | "ascii";
  readonly width: "keep" | "half";
}
