import { show } from "../../schemas/options.js";
import { EntryMaker, type EntrySettings } from "./documentEntry.js";
import { encodeText } from "./encodeText.js";
import type { Line } from "./heldRecord.js";
import type { InputReport } from "./inputReport.js";
import { repeatedKeys } from "./repeatedKeys.js";
import type { ReadRecord } from "./takeRecord.js";

const SPACE = 0x20;

/** Nothing but white space. */
export function isBlank({ bytes, fault }: Line): boolean {
  const [first = SPACE] = bytes;
  const isVisible = first > SPACE && first < 0x80;
  return fault === undefined && !isVisible && textOf(bytes).trim() === "";
}

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString();
}

interface JsonSettings extends EntrySettings {
  readonly field: string;
  readonly maxDocumentLength: number | undefined;
}

/** A key, or a path of keys that it spells. */
interface Member {
  readonly name: string;
  readonly path: readonly string[];
  readonly option: string;
  /** Whether JSON has it more than once. */
  readonly repeats: (json: string) => boolean;
}

function memberNamed(name: string, option: string): Member {
  const path = name.split(".");
  return { name, path, option, repeats: repeatedKeys(path.length > 1 ? [path, [name]] : [path]) };
}

/** Finds the text in a record, and what else was asked for. */
export function jsonDocument(settings: JsonSettings, report: InputReport): ReadRecord {
  const { field, onInvalid, maxDocumentLength } = settings;
  const entries = new EntryMaker(settings, "jsonl", report);
  const member = memberNamed(field, "field");
  const others = entries.columns.map(({ name, option }) => memberNamed(name, option));
  const members = [member, ...others];
  return (record, where) => {
    const source = textOf(record.bytes);
    const value = parse(source, where, report);
    const twice = members.find(({ repeats }) => repeats(source));
    if (twice)
      throw report.fault(where, `must have ${show(twice.name)} once (option ${twice.option}), got it more often`);
    const found = textIn(value, member, where, report);
    const text = report.checkLength(where, encodeText(found ?? "", where, onInvalid, report), maxDocumentLength);
    const values = others.map((other) => valueIn(value, other));
    const document = { text, entry: entries.make(where, values) };
    if (found === null) report.add("nulls", 1);
    return document;
  };
}

function parse(source: string, where: string, report: InputReport): unknown {
  try {
    return JSON.parse(source);
  } catch {
    throw report.fault(where, `must be one JSON value, got ${show(source)}`);
  }
}

function valueIn(record: unknown, { name, path }: Member): unknown {
  const whole = memberOf(record, name);
  return whole === undefined ? pathIn(record, path) : whole; // a key may itself hold dots
}

function textIn(record: unknown, member: Member, where: string, report: InputReport): string | null {
  const value = valueIn(record, member);
  const field = member.name;
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
