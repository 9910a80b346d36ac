import { isUtf8 } from "node:buffer";
import { invalidByte, type OnInvalid } from "./cleanText.js";
import type { InputFault, InputReport } from "./inputReport.js";
import { countLineFeeds } from "./lineEnds.js";
import { repairUtf8 } from "./repairUtf8.js";

const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const QUOTE = 0x22;
const NOTHING = new Uint8Array(0);

export interface Line {
  /** Valid UTF-8, without its line end and without a byte-order mark; nothing of a line with a fault. */
  readonly bytes: Uint8Array;
  /** It is too long, or is not UTF-8 under `reject`. */
  readonly fault: InputFault | undefined;
  /** Bytes of the input before it. */
  readonly start: number;
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
 * State: one line of at most `maxRecordLength` bytes; of a longer one, nothing is kept.
 * @throws RangeError for a longer line, before it has ended, if no document may be rejected
 */
export async function* readLines(
  chunks: AsyncIterable<Uint8Array>,
  limits: LineLimits,
  report: InputReport,
): AsyncGenerator<Line[]> {
  let held: Uint8Array[] = [];
  let heldLength = 0;
  let heldLineFeeds = 0;
  let tooLong: InputFault | undefined;
  let number = 1;
  let end = 0;
  const lineEnds = limits.hasQuotes ? unquotedLineEnds() : plainLineEnds;

  const hold = (piece: Uint8Array) => {
    heldLength += piece.length;
    if (limits.hasQuotes) heldLineFeeds += countLineFeeds(piece);
    if (heldLength > limits.maxRecordLength) {
      tooLong ??= tooLongFault(`line ${number}`, limits.maxRecordLength, report);
      if (report.isStrict) throw tooLong;
      held = [];
    } else if (piece.length > 0) held.push(piece);
  };
  const finish = (lineEnd: number): Line => {
    const start = end;
    end += heldLength + lineEnd;
    const place = { number, start, end };
    const raw = held.length === 1 ? held[0]! : Buffer.concat(held);
    const line = tooLong ? { ...place, bytes: NOTHING, fault: tooLong } : validLine(raw, place, limits, report);
    number += 1 + heldLineFeeds;
    held = [];
    heldLength = 0;
    heldLineFeeds = 0;
    tooLong = undefined;
    return line;
  };

  for await (const chunk of chunks) {
    const lines: Line[] = [];
    let from = 0;
    for (const at of lineEnds(chunk)) {
      hold(chunk.subarray(from, at));
      lines.push(finish(1));
      from = at + 1;
    }
    hold(chunk.subarray(from));
    if (lines.length > 0) yield lines;
  }
  if (heldLength > 0) yield [finish(0)];
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

function tooLongFault(where: string, maxRecordLength: number, report: InputReport): InputFault {
  return report.fault(
    where,
    `a record must be at most ${maxRecordLength} bytes (maxRecordLength), got more`,
    RangeError,
  );
}

function validLine(
  raw: Uint8Array,
  place: Pick<Line, "number" | "start" | "end">,
  { onInvalid }: LineLimits,
  report: InputReport,
): Line {
  const { number, start } = place;
  const body = raw.at(-1) === CARRIAGE_RETURN ? raw.subarray(0, -1) : raw;
  const hasMark = start === 0 && body[0] === 0xef && body[1] === 0xbb && body[2] === 0xbf;
  const bytes = hasMark ? body.subarray(3) : body;
  if (isUtf8(bytes)) return { ...place, bytes, fault: undefined };
  const repaired = repairUtf8(bytes);
  if (onInvalid === "reject") {
    const offset = start + body.length - bytes.length + repaired.firstInvalid;
    const fault = report.fault(`line ${number}`, invalidByte(bytes[repaired.firstInvalid]!, offset));
    return { ...place, bytes: NOTHING, fault };
  }
  report.add("invalidBytes", repaired.invalidBytes);
  return { ...place, bytes: repaired.bytes, fault: undefined };
}
