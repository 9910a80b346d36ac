import type { DocumentColumn } from "../../schemas/documents.js";
import type { StageState } from "../../schemas/state.js";
import { columnBytes, columnOfBytes, joinColumns, sliceColumn } from "../documents/documentColumns.js";

/** A document by its number, from 0, over the whole corpus, and what is known of it. */
export interface NumberedDocument {
  readonly document: number;
  /** One entry; undefined where the source was asked for nothing. */
  readonly entry: DocumentColumn | undefined;
}

/** A document, and where it begins in some text. */
export interface Beginning extends NumberedDocument {
  readonly at: number;
}

/** Adds a document behind others; those without text before it are forgotten. */
export function addBeginning(beginnings: Beginning[], beginning: Beginning): void {
  if (beginnings.at(-1)?.at === beginning.at) beginnings.pop();
  beginnings.push(beginning);
}

/** The column of the documents' entries, where they have some. */
export function columnOf(documents: readonly NumberedDocument[]): DocumentColumn | undefined {
  const entries = documents.flatMap(({ entry }) => entry ?? []);
  return entries.length > 0 ? joinColumns(entries) : undefined;
}

/** Documents as they are kept by a checkpoint. */
export function arraysOfDocuments(documents: readonly NumberedDocument[]) {
  return {
    documents: Uint32Array.from(documents, ({ document }) => document),
    entries: columnBytes(columnOf(documents)),
  };
}

export function documentsOfArrays({ documents, entries }: StageState["arrays"]): NumberedDocument[] {
  const column = columnOfBytes(entries as Uint8Array);
  return Array.from(documents!, (document, k) => ({ document, entry: column && sliceColumn(column, k, k + 1) }));
}
