import type { Line } from "./heldRecord.js";
import type { DocumentStart, InputReport } from "./inputReport.js";
import type { TextWriter } from "./textWriter.js";

/** The text of a record. @throws the report's fault, where there is none */
export type ReadRecord = (record: Line, where: string) => Uint8Array;

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
  read: () => Uint8Array,
): void {
  if (!report.next()) return;
  const text = report.attempt(start, read);
  if (!text) return;
  writer.begin();
  report.add("documents", 1);
  writer.append(text);
}
