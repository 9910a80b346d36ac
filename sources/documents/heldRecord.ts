import { isUtf8 } from "node:buffer";
import { invalidByte, type OnInvalid } from "./cleanText.js";
import type { InputFault } from "./inputFault.js";
import type { InputReport, InputStart } from "./inputReport.js";
import { countLineEnds } from "./lineEnds.js";
import { repairUtf8 } from "./repairUtf8.js";

const NOTHING = new Uint8Array(0);

/** A line or another record, as it lies in its input. */
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

export interface RecordLimits {
  readonly onInvalid: OnInvalid;
  readonly maxRecordLength: number;
}

/**
 * Holds a record until it is whole, and knows where it lies in its input.
 * State: one record of at most `maxRecordLength` bytes; of a longer one, nothing is kept.
 */
export class HeldRecord {
  readonly #limits: RecordLimits;
  readonly #report: InputReport;
  #pieces: Uint8Array[] = [];
  #length = 0;
  #lineEnds = 0;
  #markLength = 0;
  #tooLong: InputFault | undefined;
  #line: number;
  #offset: number;

  constructor(limits: RecordLimits, report: InputReport, start: Pick<InputStart, "line" | "offset"> = report.start) {
    this.#limits = limits;
    this.#report = report;
    this.#line = start.line;
    this.#offset = start.offset;
  }

  /** Where the record begins: its line, from 1, and the bytes of the input before it. */
  get place(): { readonly line: number; readonly offset: number } {
    return { line: this.#line, offset: this.#offset };
  }

  /** Nothing of the input came yet. */
  get isBeginning(): boolean {
    return this.#offset === 0 && this.#length === 0 && this.#markLength === 0;
  }

  get isEmpty(): boolean {
    return this.#length === 0;
  }

  get isTooLong(): boolean {
    return this.#tooLong !== undefined;
  }

  /** Line ends inside it. */
  get lineEnds(): number {
    return this.#lineEnds;
  }

  /** What is held of it. */
  get bytes(): Uint8Array {
    return this.#pieces.length === 1 ? this.#pieces[0]! : Buffer.concat(this.#pieces);
  }

  /** Passes over bytes that belong to no record. */
  skip(bytes: Uint8Array): void {
    this.#offset += bytes.length;
    this.#line += countLineEnds(bytes);
  }

  /** The record, or its line, begins with a byte-order mark. */
  skipMark(length: number): void {
    this.#markLength = length;
  }

  /** @throws RangeError for a record that becomes too long, if no document may be rejected */
  hold(piece: Uint8Array, lineEnds = 0): void {
    this.#length += piece.length;
    this.#lineEnds += lineEnds;
    const { maxRecordLength } = this.#limits;
    if (this.#length > maxRecordLength) {
      const must = `a record must be at most ${maxRecordLength} bytes (maxRecordLength), got more`;
      this.#tooLong ??= this.#report.fault(`line ${this.#line}`, must, RangeError);
      if (this.#report.isStrict) throw this.#tooLong;
      this.#pieces = [];
    } else if (piece.length > 0) this.#pieces.push(piece);
  }

  /** The record is whole, with a line end or another separator of so many bytes behind it. */
  finish(separator: number, newLines: number): Line {
    const start = this.#offset;
    const end = start + this.#markLength + this.#length + separator;
    const { bytes, fault } = this.#tooLong ? { bytes: NOTHING, fault: this.#tooLong } : this.#validBytes();
    const line = { bytes, fault, start, number: this.#line, end, isEnded: separator > 0 };
    this.#offset = end;
    this.#line += this.#lineEnds + newLines;
    this.#markLength = 0;
    this.clear();
    return line;
  }

  /** Forgets what is held; the record begins anew. */
  clear(): void {
    this.#pieces = [];
    this.#length = 0;
    this.#lineEnds = 0;
    this.#tooLong = undefined;
  }

  #validBytes(): Pick<Line, "bytes" | "fault"> {
    const { bytes } = this;
    if (isUtf8(bytes)) return { bytes, fault: undefined };
    const repaired = repairUtf8(bytes);
    if (this.#limits.onInvalid === "reject") {
      const { firstInvalid } = repaired;
      const what = invalidByte(bytes[firstInvalid]!, this.#offset + this.#markLength + firstInvalid);
      return { bytes: NOTHING, fault: this.#report.fault(`line ${this.#line}`, what) };
    }
    this.#report.add("invalidBytes", repaired.invalidBytes);
    return { bytes: repaired.bytes, fault: undefined };
  }
}
