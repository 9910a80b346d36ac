import { EntryMaker, type EntrySettings } from "./documentEntry.js";
import type { Line } from "./heldRecord.js";
import type { InputReport } from "./inputReport.js";
import { isBlank, jsonDocument } from "./jsonDocument.js";
import { labelFinder } from "./labelledText.js";
import { unifyLineEnds } from "./lineEnds.js";
import { type ReadRecord, takeRecord } from "./takeRecord.js";
import type { TextWriter } from "./textWriter.js";

/** What a live source can take apart: each line is a document, with or without labels in it, or a JSON value that holds one. */
export const recordFormats = ["lines", "jsonl", "labelled"] as const;
export type RecordFormat = (typeof recordFormats)[number];

export interface RecordSettings extends EntrySettings {
  readonly field: string;
  readonly maxRecordLength: number;
  readonly maxDocumentLength: number | undefined;
}

const LINE_FEED = 0x0a;

/** Writes the documents of lines; of JSON, those with nothing but white space are passed over, as the format allows. */
export function recordTaker(
  settings: RecordSettings,
  format: RecordFormat,
  report: InputReport,
  writer: TextWriter,
): (lines: readonly Line[]) => void {
  const read = readers[format](settings, report);
  return (lines) => {
    for (const line of lines) {
      if (!(format === "jsonl" && isBlank(line))) takeRecord(line, read, report, writer);
      writer.reach(line.end);
    }
  };
}

const readers: Readonly<Record<RecordFormat, (settings: RecordSettings, report: InputReport) => ReadRecord>> = {
  lines: plainLine,
  jsonl: jsonDocument,
  labelled: labelledLine,
};

function plainLine(settings: RecordSettings, report: InputReport): ReadRecord {
  const entries = new EntryMaker(settings, "lines", report);
  return (line, where) => ({
    text: report.checkLength(where, unifyLineEnds(withLineEnd(line)), settings.maxDocumentLength),
    entry: entries.make(where),
  });
}

function labelledLine(settings: RecordSettings, report: InputReport): ReadRecord {
  const { labelPrefix, maxDocumentLength } = settings;
  const entries = new EntryMaker(settings, "labelled", report);
  const withoutLabels = labelFinder(labelPrefix);
  return (line, where) => {
    const { labels, text } = withoutLabels(withLineEnd(line));
    if (labels.includes("")) throw report.fault(where, `a label must be more than its prefix, got ${labelPrefix}`);
    return { text: report.checkLength(where, text, maxDocumentLength), entry: entries.make(where, [], labels) };
  };
}

function withLineEnd({ bytes, isEnded }: Line): Uint8Array {
  if (!isEnded) return bytes;
  const text = new Uint8Array(bytes.length + 1).fill(LINE_FEED, bytes.length);
  text.set(bytes);
  return text;
}
