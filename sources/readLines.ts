import { isUtf8 } from "node:buffer";
import { invalidByte, type OnInvalid } from "./cleanText.js";
import type { InputFault, InputReport, InputStart } from "./inputReport.js";
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
  /** It has a line end: only the last line of an input may have none. */
  readonly isEnded: boolean;
}

export interface LineLimits {
  readonly onInvalid: OnInvalid;
  readonly maxRecordLength: number;
  /** Line ends between quotes belong to the record, as in CSV. */
  readonly hasQuotes?: boolean;
}

/** The lines of a file of records, those of each chunk together. */
export async function* readLines(
  chunks: AsyncIterable<Uint8Array>,
  limits: LineLimits,
  report: InputReport,
): AsyncGenerator<Line[]> {
  const splitter = new LineSplitter(limits, report);
  for await (const chunk of chunks) {
    const lines = splitter.push(chunk);
    if (lines.length > 0) yield lines;
  }
  const rest = splitter.end();
  if (rest.length > 0) yield rest;
}

/**
 * Cuts an input of records into lines, wherever its chunks were cut.
 * State: one line of at most `maxRecordLength` bytes; of a longer one, nothing is kept.
 * @throws RangeError for a longer line, before it has ended, if no document may be rejected
 */
export class LineSplitter {
  readonly #limits: LineLimits;
  readonly #report: InputReport;
  readonly #lineEnds: (chunk: Uint8Array) => Iterable<number>;
  #held: Uint8Array[] = [];
  #heldLength = 0;
  #heldLineFeeds = 0;
  #tooLong: InputFault | undefined;
  #number: number;
  #end: number;

  constructor(limits: LineLimits, report: InputReport, start: Pick<InputStart, "line" | "offset"> = report.start) {
    this.#limits = limits;
    this.#report = report;
    this.#lineEnds = limits.hasQuotes ? unquotedLineEnds() : plainLineEnds;
    this.#number = start.line;
    this.#end = start.offset;
  }

  /** Where the line begins that has not ended yet: its number, from 1, and the bytes of the input before it. */
  get place(): { readonly line: number; readonly offset: number } {
    return { line: this.#number, offset: this.#end };
  }

  push(chunk: Uint8Array): Line[] {
    const lines: Line[] = [];
    let from = 0;
    for (const at of this.#lineEnds(chunk)) {
      this.#hold(chunk.subarray(from, at));
      lines.push(this.#finish(1));
      from = at + 1;
    }
    this.#hold(chunk.subarray(from));
    return lines;
  }

  /** The last line, if it has no end of its own. */
  end(): Line[] {
    return this.#heldLength > 0 ? [this.#finish(0)] : [];
  }

  #hold(piece: Uint8Array): void {
    this.#heldLength += piece.length;
    if (this.#limits.hasQuotes) this.#heldLineFeeds += countLineFeeds(piece);
    if (this.#heldLength > this.#limits.maxRecordLength) {
      this.#tooLong ??= tooLongFault(`line ${this.#number}`, this.#limits.maxRecordLength, this.#report);
      if (this.#report.isStrict) throw this.#tooLong;
      this.#held = [];
    } else if (piece.length > 0) this.#held.push(piece);
  }

  #finish(lineEnd: number): Line {
    const start = this.#end;
    this.#end += this.#heldLength + lineEnd;
    const place = { number: this.#number, start, end: this.#end, isEnded: lineEnd > 0 };
    const raw = this.#held.length === 1 ? this.#held[0]! : Buffer.concat(this.#held);
    const line = this.#tooLong
      ? { ...place, bytes: NOTHING, fault: this.#tooLong }
      : validLine(raw, place, this.#limits, this.#report);
    this.#number += 1 + this.#heldLineFeeds;
    this.#held = [];
    this.#heldLength = 0;
    this.#heldLineFeeds = 0;
    this.#tooLong = undefined;
    return line;
  }
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
  place: Pick<Line, "number" | "start" | "end" | "isEnded">,
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
