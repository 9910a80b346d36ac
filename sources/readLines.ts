import { isUtf8 } from "node:buffer";
import { invalidByte, type OnInvalid } from "./cleanText.js";
import type { InputReport } from "./inputReport.js";
import { countLineFeeds } from "./lineEnds.js";
import { repairUtf8 } from "./repairUtf8.js";

const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const QUOTE = 0x22;

export interface Line {
  /** Valid UTF-8, without its line end and without a byte-order mark. */
  readonly bytes: Uint8Array;
  /** Where it begins, from 1. */
  readonly number: number;
  /** Bytes of the input up to and with its line end. */
  readonly end: number;
}

interface LineLimits {
  readonly onInvalid: OnInvalid;
  readonly maxRecordLength: number;
  /** Line ends between quotes belong to the record, as in CSV. */
  readonly hasQuotes?: boolean;
}

/**
 * The lines of a file of records, those of each chunk together.
 * State: one line, which must be at most `maxRecordLength` bytes.
 * @throws RangeError for a longer line; SyntaxError for invalid UTF-8 under `reject`
 */
export async function* readLines(
  chunks: AsyncIterable<Uint8Array>,
  limits: LineLimits,
  report: InputReport,
): AsyncGenerator<Line[]> {
  let held: Uint8Array[] = [];
  let heldLength = 0;
  let number = 1;
  let end = 0;
  const lineEnds = limits.hasQuotes ? unquotedLineEnds() : plainLineEnds;

  const finish = (last: Uint8Array, lineEnd: number): Line => {
    const raw = held.length > 0 ? Buffer.concat([...held, last]) : last;
    held = [];
    heldLength = 0;
    const start = end;
    end += raw.length + lineEnd;
    const body = raw.at(-1) === CARRIAGE_RETURN ? raw.subarray(0, -1) : raw;
    const line = { bytes: valid(body, number, start, limits.onInvalid, report), number, end };
    number += 1 + (limits.hasQuotes ? countLineFeeds(raw) : 0);
    return line;
  };
  const checkLength = (more: number) => {
    if (heldLength + more > limits.maxRecordLength) throw tooLong(`line ${number}`, limits.maxRecordLength, report);
  };

  for await (const chunk of chunks) {
    const lines: Line[] = [];
    let from = 0;
    for (const at of lineEnds(chunk)) {
      checkLength(at - from);
      lines.push(finish(chunk.subarray(from, at), 1));
      from = at + 1;
    }
    checkLength(chunk.length - from);
    if (from < chunk.length) held.push(chunk.subarray(from));
    heldLength += chunk.length - from;
    if (lines.length > 0) yield lines;
  }
  if (heldLength > 0) yield [finish(new Uint8Array(0), 0)];
}

function* plainLineEnds(chunk: Uint8Array): Generator<number> {
  for (let at = chunk.indexOf(LINE_FEED); at >= 0; at = chunk.indexOf(LINE_FEED, at + 1)) yield at;
}

/** Those that an even number of quotes lies before: a quote inside quotes is written twice, so it changes nothing. */
function unquotedLineEnds(): (chunk: Uint8Array) => Generator<number> {
  let isQuoted = false;
  return function* (chunk) {
    let quote = chunk.indexOf(QUOTE);
    for (const at of plainLineEnds(chunk)) {
      for (; quote >= 0 && quote < at; quote = chunk.indexOf(QUOTE, quote + 1)) isQuoted = !isQuoted;
      if (!isQuoted) yield at;
    }
    for (; quote >= 0; quote = chunk.indexOf(QUOTE, quote + 1)) isQuoted = !isQuoted;
  };
}

function tooLong(where: string, maxRecordLength: number, report: InputReport): RangeError {
  return new RangeError(
    `${report.who}: ${report.name} ${where}: a record must be at most ${maxRecordLength} bytes (maxRecordLength), got more`,
  );
}

function valid(raw: Uint8Array, line: number, start: number, onInvalid: OnInvalid, report: InputReport): Uint8Array {
  const hasMark = start === 0 && raw[0] === 0xef && raw[1] === 0xbb && raw[2] === 0xbf;
  const bytes = hasMark ? raw.subarray(3) : raw;
  if (isUtf8(bytes)) return bytes;
  const repaired = repairUtf8(bytes);
  const offset = start + raw.length - bytes.length + repaired.firstInvalid;
  if (onInvalid === "reject") throw report.fault(`line ${line}`, invalidByte(bytes[repaired.firstInvalid]!, offset));
  report.add("invalidBytes", repaired.invalidBytes);
  return repaired.bytes;
}
