import type { DocumentEntry } from "../../schemas/documents.js";
import type { Line } from "./heldRecord.js";
import type { DocumentStart, InputReport } from "./inputReport.js";
import type { TextWriter } from "./textWriter.js";

/** A document as it was read: its text, and what is known of it if the source was asked for that. */
export interface ReadDocument {
  readonly text: Uint8Array;
  readonly entry?: DocumentEntry | undefined;
}

/** The document in a record. @throws the report's fault, where there is none */
export type ReadRecord = (record: Line, where: string) => ReadDocument;

/** Writes the document that a record holds, unless it is not wanted or is rejected. */
export function takeRecord(record: Line, read: ReadRecord, report: InputReport, writer: TextWriter): void {
  const { fault, number, start } = record;
  takeDocument({ line: number, offset: start }, report, writer, () => {
    if (fault) throw fault;
    return read(record, `line ${number}`);
  });
}

/** Writes a document, unless it is not wanted or is rejected. */
export function takeDocument(
  start: DocumentStart,
  report: InputReport,
  writer: TextWriter,
  read: () => ReadDocument,
): void {
  if (!report.next()) return;
  const document = report.attempt(start, read);
  if (!document) return;
  writer.begin(document.entry);
  report.add("documents", 1);
  writer.append(document.text);
}
