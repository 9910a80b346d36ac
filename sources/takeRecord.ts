import type { InputReport } from "./inputReport.js";
import type { Line } from "./readLines.js";
import type { TextWriter } from "./textWriter.js";

/** The text of a record. @throws the report's fault, where there is none */
export type ReadRecord = (record: Line, where: string) => Uint8Array;

/** Writes the document that a record holds, unless it is not wanted or is rejected. */
export function takeRecord(record: Line, read: ReadRecord, report: InputReport, writer: TextWriter): void {
  if (!report.next()) return;
  const { fault, number, start } = record;
  const text = report.attempt({ line: number, offset: start }, () => {
    if (fault) throw fault;
    return read(record, `line ${number}`);
  });
  if (!text) return;
  writer.begin();
  report.add("documents", 1);
  writer.append(text);
}
