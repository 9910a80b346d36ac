import type { TextBatch } from "../schemas/text.js";
import { show } from "../schemas/units.js";
import type { OnInvalid } from "./cleanText.js";
import { encodeText } from "./encodeText.js";
import type { Line } from "./heldRecord.js";
import type { InputReport } from "./inputReport.js";
import { JsonSplitter } from "./jsonSplitter.js";
import type { ReadSettings } from "./readDocuments.js";
import { LineSplitter, readRecords } from "./readLines.js";
import { repeatedKeys } from "./repeatedKeys.js";
import { type ReadRecord, takeRecord } from "./takeRecord.js";
import type { TextWriter } from "./textWriter.js";

const SPACE = 0x20;

/** JSON values, one a line or, in `json`, arranged in any way; the document is a text in each. Lines with nothing but white space are passed over, as the format allows. */
export async function* readJson(
  chunks: AsyncIterable<Uint8Array>,
  format: "json" | "jsonl",
  settings: ReadSettings,
  report: InputReport,
  writer: TextWriter,
): AsyncGenerator<TextBatch> {
  const splitter = format === "json" ? new JsonSplitter(settings, report) : new LineSplitter(settings, report);
  const read = jsonText(settings, report);
  for await (const lines of readRecords(chunks, splitter)) {
    for (const line of lines) {
      if (!isBlank(line)) takeRecord(line, read, report, writer);
      writer.reach(line.end);
    }
    if (writer.isFull) yield writer.take();
  }
}

/** Nothing but white space. */
export function isBlank({ bytes, fault }: Line): boolean {
  const [first = SPACE] = bytes;
  const isVisible = first > SPACE && first < 0x80;
  return fault === undefined && !isVisible && textOf(bytes).trim() === "";
}

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString();
}

interface JsonSettings {
  readonly field: string;
  readonly onInvalid: OnInvalid;
  readonly maxDocumentLength: number | undefined;
}

/** Finds the text in a record. */
export function jsonText(settings: JsonSettings, report: InputReport): ReadRecord {
  const { field, onInvalid, maxDocumentLength } = settings;
  const path = field.split(".");
  const repeats = repeatedKeys(path.length > 1 ? [path, [field]] : [path]);
  return (record, where) => {
    const source = textOf(record.bytes);
    const value = parse(source, where, report);
    if (repeats(source)) throw report.fault(where, `must have ${show(field)} once (option field), got it more often`);
    const text = textIn(value, field, path, where, report);
    const bytes = report.checkLength(where, encodeText(text ?? "", where, onInvalid, report), maxDocumentLength);
    if (text === null) report.add("nulls", 1);
    return bytes;
  };
}

function parse(source: string, where: string, report: InputReport): unknown {
  try {
    return JSON.parse(source);
  } catch {
    throw report.fault(where, `must be one JSON value, got ${show(source)}`);
  }
}

/** The text at a key or a path of keys. */
function textIn(record: unknown, field: string, path: string[], where: string, report: InputReport): string | null {
  const whole = memberOf(record, field);
  const value = whole === undefined ? pathIn(record, path) : whole; // a key may itself hold dots
  if (typeof value === "string" || value === null) return value;
  if (value !== undefined) throw report.fault(where, `${field} must be a text, got ${show(value)}`);
  const isObject = typeof record === "object" && record !== null;
  const found = isObject ? `an object with ${Object.keys(record).join(", ")}` : show(record);
  throw report.fault(where, `must have a text in ${show(field)} (option field), got ${found}`);
}

/** What stands at the end of a path; null where a null lies on the way, as a row of a null struct has no value. */
function pathIn(record: unknown, path: readonly string[]): unknown {
  let value = record;
  for (const key of path) {
    if (value === null && value !== record) return null;
    value = memberOf(value, key);
  }
  return value;
}

function memberOf(value: unknown, key: string): unknown {
  return typeof value === "object" && value !== null && Object.hasOwn(value, key)
    ? (value as Record<string, unknown>)[key]
    : undefined;
}
