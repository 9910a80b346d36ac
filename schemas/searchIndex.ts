import type { DocumentColumn, DocumentEntry } from "./documents.js";
import type { SemanticSpace } from "./semanticSpace.js";
import type { WeightScheme } from "./weightScheme.js";

/** How a document is scored for a query. */
export const bm25Variants = ["lucene", "robertson", "atire", "bm25l", "bm25plus"] as const;
export type Bm25Variant = (typeof bm25Variants)[number];

export interface Bm25Settings {
  readonly variant: Bm25Variant;
  /** How soon more occurrences of a term in a document stop to count. */
  readonly k1: number;
  /** How much the length of a document counts, 0 to 1. */
  readonly b: number;
  /** What bm25l and bm25plus add; their own if left out. */
  readonly delta?: number | undefined;
}

/** How an index is searched where nothing else is asked for. */
export interface IndexScoring extends Bm25Settings {
  /** By the cosine of such weights in the place of BM25. */
  readonly scheme?: WeightScheme;
}

/**
 * An inverted index: for each of V terms the documents that hold it and how often, M postings, of N documents. Integers alone, so that every
 * way of scoring reads the same index. Plain data; `kernels/search` searches in it.
 */
export interface SearchIndex {
  /** Terms that occur in a document, by code point (V). */
  readonly terms: readonly string[];
  /** Where the postings of each term begin, and at last where they end (V + 1,). */
  readonly offsets: Uint32Array;
  /** Numbers of documents, ascending within a term (M,). */
  readonly documents: Uint32Array;
  /** Occurrences of the term in each of them (M,). */
  readonly counts: Uint32Array;
  /** Tokens of each document, none for an empty one, which keeps its number (N,). */
  readonly lengths: Uint32Array;
  /** What is known of the documents; left out where the source was asked for nothing. */
  readonly entries?: DocumentColumn;
  /** How it is searched where nothing else is asked for. */
  readonly scoring: IndexScoring;
  /** By the cosine in this space instead; no part of the index's file. */
  readonly space?: SemanticSpace;
  /** Model, options, corpus hash, and how texts were made tokens. */
  readonly metadata: ReadonlyMap<string, string>;
}

/** The documents that hold a term, ascending, and how often each does. */
export interface PostingList {
  readonly documents: Uint32Array;
  readonly counts: Uint32Array;
}

/** What a search reads of an index, whether that lies in memory or in a file; a term goes by its place, from 0. */
export interface SearchedIndex extends Pick<SearchIndex, "offsets" | "lengths" | "scoring" | "metadata"> {
  termAt(place: number): string;
  /** Undefined for a term that it has not. */
  placeOf(term: string): number | undefined;
  postingsOf(place: number): PostingList;
  /** The postings of all terms, in their order. */
  lists(): Iterable<PostingList>;
  /** What is known of a document; nothing where the index knows nothing. */
  entryOf(document: number): DocumentEntry;
  /** Of an index in a file: lets go of it. */
  close?(): void;
}
