import type { OnInvalid } from "./cleanText.js";
import type { Line } from "./heldRecord.js";
import type { InputReport } from "./inputReport.js";
import { unifyLineEnds } from "./lineEnds.js";
import { isBlank, jsonText } from "./readJson.js";
import { type ReadRecord, takeRecord } from "./takeRecord.js";
import type { TextWriter } from "./textWriter.js";

/** What a live source can take apart: each line is a document, or a JSON value that holds one. */
export const recordFormats = ["lines", "jsonl"] as const;
export type RecordFormat = (typeof recordFormats)[number];

export interface RecordSettings {
  readonly format: RecordFormat;
  readonly field: string;
  readonly onInvalid: OnInvalid;
  readonly maxRecordLength: number;
  readonly maxDocumentLength: number | undefined;
}

const LINE_FEED = 0x0a;

/** Writes the documents of lines. */
export function recordTaker(
  settings: RecordSettings,
  report: InputReport,
  writer: TextWriter,
): (lines: readonly Line[]) => void {
  const isJson = settings.format === "jsonl";
  const read = isJson ? jsonText(settings, report) : plainText(settings, report);
  return (lines) => {
    for (const line of lines) {
      if (!(isJson && isBlank(line))) takeRecord(line, read, report, writer);
      writer.reach(line.end);
    }
  };
}

function plainText({ maxDocumentLength }: RecordSettings, report: InputReport): ReadRecord {
  return ({ bytes, isEnded }, where) => {
    const text = isEnded ? new Uint8Array(bytes.length + 1).fill(LINE_FEED, bytes.length) : bytes;
    if (isEnded) text.set(bytes);
    return report.checkLength(where, unifyLineEnds(text), maxDocumentLength);
  };
}
