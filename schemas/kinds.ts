import type { Answers } from "./answers.js";
import type { AnyClassifier } from "./classifier.js";
import type { ContextBatch, PairBatch } from "./contexts.js";
import type { ContextVectorBatch } from "./contextVectors.js";
import type { FinalCooccurrence } from "./cooccurrence.js";
import type { Sizes } from "./cost.js";
import type { DocumentFrequencies } from "./documentFrequencies.js";
import type { DocumentColumn } from "./documents.js";
import type { DocumentTermBatch } from "./documentTerms.js";
import type { FinalDocumentTerms } from "./documentTermTable.js";
import type { DocumentVectorBatch } from "./documentVectors.js";
import type { HitBatch } from "./hits.js";
import type { KeywordBatch } from "./keywords.js";
import type { LanguageModel } from "./languageModel.js";
import type { TermLayout } from "./layout.js";
import type { Phrases } from "./phrases.js";
import type { PredictionBatch } from "./predictions.js";
import type { Scorings } from "./scorings.js";
import type { SearchIndex } from "./searchIndex.js";
import type { SemanticSpace } from "./semanticSpace.js";
import type { SequenceBatch } from "./sequences.js";
import type { SubwordVocabulary } from "./subwordVocabulary.js";
import type { SummaryBatch } from "./summaries.js";
import type { ReadableTable, Rows, TableSchema } from "./tables.js";
import type { TextBatch } from "./text.js";
import type { IdBatch, Lexicon, TokenBatch } from "./tokens.js";
import type { Topics } from "./topics.js";
import type { VectorTable } from "./vectors.js";
import type { Vocabulary } from "./vocabulary.js";

/** What flows between units, by the name of its kind. A module that brings a kind of its own adds a line by declaration merging. */
export interface Kinds {
  text: TextBatch;
  tokens: TokenBatch;
  lexicon: Lexicon;
  phrases: Phrases;
  vocabulary: Vocabulary;
  subwordVocabulary: SubwordVocabulary;
  ids: IdBatch;
  contexts: ContextBatch;
  pairs: PairBatch;
  sequences: SequenceBatch;
  documentTerms: DocumentTermBatch;
  documentTermTable: FinalDocumentTerms;
  documentFrequencies: DocumentFrequencies;
  documentVectors: DocumentVectorBatch;
  contextVectors: ContextVectorBatch;
  documents: DocumentColumn;
  keywords: KeywordBatch;
  summaries: SummaryBatch;
  cooccurrence: FinalCooccurrence;
  vectors: VectorTable;
  layout: TermLayout;
  classifier: AnyClassifier;
  languageModel: LanguageModel;
  topics: Topics;
  semanticSpace: SemanticSpace;
  predictions: PredictionBatch;
  searchIndex: SearchIndex;
  hits: HitBatch;
}

export type Kind = keyof Kinds;

/** Small plain data that stands beside a table. */
export type Facts = Readonly<Record<string, unknown>>;

/** A value with the name of its kind. */
export interface KindValue {
  readonly kind: string;
  readonly value: unknown;
}

/** How a whole value lies on the disk: rows of one table, some facts, and other whole values that it refers to. */
export interface TableForm<Value> {
  schema(value: Value): TableSchema;
  facts?(value: Value): Facts;
  /** Values that are kept as files of their own, by name. */
  needs?(value: Value): Readonly<Record<string, KindValue>>;
  blocks(value: Value): Iterable<Rows> | AsyncIterable<Rows>;
  read(table: ReadableTable, facts: Facts, needs: Readonly<Record<string, unknown>>): Promise<Value>;
}

export type LoggedArray = Uint8Array | Uint32Array | Float32Array | Float64Array;

/** A batch of a stream as it is logged: arrays, each with its own length, and small numbers. */
export interface LoggedBatch {
  readonly arrays: Readonly<Record<string, LoggedArray>>;
  readonly facts?: Readonly<Record<string, number>>;
}

/** A value that the batches of a stream share, and of which kind it is; a function tells it where there are several. */
export interface SharedForm<Batch> {
  readonly kind: Kind | ((shared: never) => Kind);
  of(batch: Batch): unknown;
}

export function kindOfShared({ kind }: Pick<SharedForm<never>, "kind">, shared: unknown): Kind {
  return typeof kind === "function" ? kind(shared as never) : kind;
}

/** How the batches of a stream are logged, so that later passes read them again. */
export interface LogForm<Batch> {
  /** The element type of each array. */
  readonly arrays: Readonly<Record<string, "uint8" | "uint32" | "float32" | "float64">>;
  /** The names of the facts. */
  readonly facts?: readonly string[];
  /** Bytes of the arrays of all batches of a text of such sizes. */
  bytes?(sizes: Sizes): number;
  /** The value that all batches share, which stays in memory and is kept by checkpoints, as a kind of its own. */
  readonly shared?: SharedForm<Batch>;
  write(batch: Batch): LoggedBatch;
  /** The batch again, in the pass of that number. */
  read(logged: LoggedBatch, shared: never, epoch: number): Batch;
}

/** Where an origin tells the steps that made tokens of texts, and what their files and the values that they need hold. */
export const TEXT_STEPS = "textSteps";
export const TEXT_PARTS = "textParts";
/** Where it tells the steps that weighed the terms of its documents; nothing where counts are as they were. */
export const WEIGHT_STEPS = "weightSteps";

/** How a whole value says where it comes from. */
export interface OriginForm<Value> {
  of(value: Value): ReadonlyMap<string, string>;
  /** It is asked with texts, and so is told the steps that made tokens of them, as TEXT_STEPS and TEXT_PARTS. */
  readonly keepsTextSteps?: true;
  /** It is used beside texts whose tokens must be made by the same steps, and so is told those, as TEXT_STEPS. */
  readonly tellsTextSteps?: true;
  /** The same value with another origin. */
  with(value: Value, origin: ReadonlyMap<string, string>): Value;
}

/**
 * What a kind of data says of itself: the only place where it is described. Sinks, checkpoints, replays, `inspect`, tests in configs,
 * the manifest and the server read it, and none of them knows a kind by its name.
 */
export interface DataKind<K extends Kind = Kind> {
  readonly name: K;
  /** In batches, or whole once the pass that makes it is over. */
  readonly arrives: "stream" | "whole";
  /** The columns of its files, by which one is recognised. */
  readonly columns?: readonly string[];
  /** The names that they had in files of earlier versions. */
  readonly olderColumns?: readonly string[];
  /** Of a whole value: its form on the disk; without one it cannot be kept by a checkpoint. */
  readonly table?: TableForm<Kinds[K]>;
  /** Of a stream: its form on the disk; without one it cannot be read again. */
  readonly log?: LogForm<Kinds[K]>;
  /**
   * How much is in a value, by the name of the measure. What a stage takes of it is counted in the first. A stage that passes on what it
   * reads has a measure in common with what it makes, in which it loses nothing that it does not tell. In `tokens`, runs account for
   * where the text went.
   */
  readonly amounts?: Readonly<Record<string, (value: Kinds[K]) => number>>;
  /** Of a whole value: whether there is nothing in it to learn from; a run that makes such a value ends there. */
  isEmpty?(value: Kinds[K]): boolean;
  /** Of what models read: what there must be for one to learn from, and why there may be none; told where a whole pass had none. */
  readonly examples?: { readonly rule: string; readonly causes: string };
  /** Of what a model has learned: whether it looks as if training had hardly begun. */
  hardlyMoved?(value: Kinds[K]): boolean;
  /** Of what a model has learned: how many of the documents that it read it has not learned from, since something was missing. */
  passedOver?(value: Kinds[K]): number;
  /** The terms that whatever is made of the value will name. */
  terms?(value: Kinds[K]): readonly string[];
  readonly origin?: OriginForm<Kinds[K]>;
  /** The values as a test in a config writes them; `expected` says which part of a large value is asked for. */
  shown?(values: readonly Kinds[K][], expected: unknown): unknown;
  /** What can be asked of a value; nothing if left out. */
  readonly answers?: Answers<Kinds[K]>;
  /** The word vectors in a value, for whoever asks for vectors and is given it. */
  vectors?(value: Kinds[K]): VectorTable;
  /** How good a value is, for whoever looks for the best options; it cannot be told if left out. */
  readonly scorings?: Scorings<Kinds[K]>;
  /** The file that a folder with a value of this kind is read by, where several files lie in a folder together. */
  readonly folderFile?: string;
  /** Reads the value that a file of this kind holds, in whatever format. */
  load?(path: string): Promise<Kinds[K]>;
  /** Gives back what the value holds besides memory. */
  release?(value: Kinds[K]): void;
}

export function defineKind<K extends Kind>(kind: DataKind<K>): DataKind<K> {
  return kind;
}
