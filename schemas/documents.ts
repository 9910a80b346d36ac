import type { TableSchema } from "./tables.js";

/** A value that a document brings along from its record. */
export type DocumentField = string | number | boolean | null;

/** What is known of one document besides its text; parts that the source was not asked for are left out. */
export interface DocumentEntry {
  readonly id?: string | null;
  readonly labels?: readonly string[];
  readonly weight?: number;
  readonly fields?: Readonly<Record<string, DocumentField>>;
}

/**
 * What is known of documents besides their text, one entry for each document that begins in a batch, in their order. A column that the
 * source was not asked for is left out.
 */
export interface DocumentColumn {
  /** What its record calls the document, so that whatever is made of it can be joined to it again. */
  readonly ids?: readonly (string | null)[];
  readonly labels?: readonly (readonly string[])[];
  /** How much the document counts. */
  readonly weights?: readonly number[];
  readonly fields?: Readonly<Record<string, readonly DocumentField[]>>;
}

/** A batch of a stream that knows where documents begin. */
export interface DocumentBatch {
  readonly documentOffsets: Uint32Array;
  /** Of the documents that begin in the batch; left out throughout a stream whose source was asked for nothing. */
  readonly documents?: DocumentColumn;
}

/** One row a document, by its number from 0 over the whole corpus; an empty `id` is none, `fields` are JSON. */
export const documentsSchema: TableSchema = {
  columns: { document: "int32", id: "text", labels: { list: "text" }, weight: "float64", fields: "text" },
};
