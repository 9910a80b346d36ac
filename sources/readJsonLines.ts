import type { TextBatch } from "../schemas/text.js";
import { show } from "../schemas/units.js";
import { encodeText } from "./encodeText.js";
import type { InputReport } from "./inputReport.js";
import type { ReadSettings } from "./readDocuments.js";
import { readLines } from "./readLines.js";
import type { TextWriter } from "./textWriter.js";

/** One JSON value a line; the document is a text in it. Lines with nothing but white space are passed over, as the format allows. */
export async function* readJsonLines(
  chunks: AsyncIterable<Uint8Array>,
  settings: ReadSettings,
  report: InputReport,
  writer: TextWriter,
): AsyncGenerator<TextBatch> {
  const textOf = jsonText(settings, report);
  for await (const lines of readLines(chunks, settings, report)) {
    for (const { bytes, fault, number, start, end } of lines) {
      const source = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString();
      const isDocument = fault !== undefined || source.trim() !== "";
      if (isDocument && report.next()) {
        const text = report.attempt({ line: number, offset: start }, () => {
          if (fault) throw fault;
          return textOf(source, `line ${number}`);
        });
        if (text) {
          writer.begin();
          report.add("documents", 1);
          writer.append(text);
        }
      }
      writer.reach(end);
      if (writer.isFull) yield writer.take();
    }
  }
}

/** Finds the text in a record. */
function jsonText(settings: ReadSettings, report: InputReport): (source: string, where: string) => Uint8Array {
  const { field, onInvalid, maxDocumentLength } = settings;
  const path = field.split(".");
  return (source, where) => {
    const text = textIn(parse(source, where, report), field, path, where, report);
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
  const value = whole === undefined ? path.reduce(memberOf, record) : whole; // a key may itself hold dots
  if (typeof value === "string" || value === null) return value;
  if (value !== undefined) throw report.fault(where, `${field} must be a text, got ${show(value)}`);
  const isObject = typeof record === "object" && record !== null;
  const found = isObject ? `an object with ${Object.keys(record).join(", ")}` : show(record);
  throw report.fault(where, `must have a text in ${show(field)} (option field), got ${found}`);
}

function memberOf(value: unknown, key: string): unknown {
  return typeof value === "object" && value !== null && Object.hasOwn(value, key)
    ? (value as Record<string, unknown>)[key]
    : undefined;
}
