import type { InputReport } from "./inputReport.js";
import type { Line } from "./readLines.js";
import type { TextWriter } from "./textWriter.js";

/** The text of a record. @throws the report's fault, where there is none */
export type ReadRecord = (record: Uint8Array, where: string) => Uint8Array;

/** Writes the document that a record holds, unless it is not wanted or is rejected. */
export function takeRecord(
  { bytes, fault, number, start }: Line,
  read: ReadRecord,
  report: InputReport,
  writer: TextWriter,
): void {
  if (!report.next()) return;
  const text = report.attempt({ line: number, offset: start }, () => {
    if (fault) throw fault;
    return read(bytes, `line ${number}`);
  });
  if (!text) return;
  writer.begin();
  report.add("documents", 1);
  writer.append(text);
}
