import { show } from "../../schemas/options.js";
import { ChunkEdges } from "./chunkEdges.js";
import { HeldRecord, type Line, type RecordLimits } from "./heldRecord.js";
import type { InputFault } from "./inputFault.js";
import type { InputReport } from "./inputReport.js";
import { countLineEnds, markLength } from "./lineEnds.js";
import type { RecordSplitter } from "./readLines.js";

const SPACE = 0x20;
const QUOTE = 0x22;
const COMMA = 0x2c;
const BACKSLASH = 0x5c;
const OPENING_BRACKET = 0x5b;
const CLOSING_BRACKET = 0x5d;
const OPENING_BRACE = 0x7b;
const CLOSING_BRACE = 0x7d;

/**
 * Cuts a JSON array into its values, or objects that follow one another into each of them, wherever the text was cut into chunks. A
 * value is only cut out here, by its brackets and quotes: whether it is one shows when it is parsed.
 * State: one value of at most `maxRecordLength` bytes; of a longer one, nothing is kept.
 * @throws RangeError for a longer value, before it has ended, if no document may be rejected
 * @throws SyntaxError for what stands behind the array or between objects, and for an end inside of either
 */
export class ValueSplitter implements RecordSplitter {
  readonly #isArray: boolean;
  readonly #report: InputReport;
  readonly #held: HeldRecord;
  readonly #edges: ChunkEdges;
  #array: "before" | "inside" | "behind" = "before";
  #isAfterComma = false;
  /** Since the array began, or its last comma. */
  #hasValue = false;
  #isInside = false;
  #depth = 0;
  #isQuoted = false;
  #isEscaped = false;

  constructor(isArray: boolean, limits: RecordLimits, report: InputReport) {
    this.#isArray = isArray;
    this.#report = report;
    this.#held = new HeldRecord(limits, report);
    this.#edges = new ChunkEdges(report.start.offset === 0);
  }

  push(chunk: Uint8Array): Line[] {
    return this.#split(this.#edges.push(chunk));
  }

  end(): Line[] {
    const lines = this.#split(this.#edges.end());
    if (!this.#isInside && this.#array !== "inside") return lines;
    const what = this.#isArray ? "array" : "object";
    throw this.#fault(`must be a whole JSON ${what}, got the end of the input inside it`);
  }

  #split(bytes: Uint8Array): Line[] {
    const lines: Line[] = [];
    let from = 0;
    const passTo = (at: number) => {
      const passed = bytes.subarray(from, at);
      if (this.#isInside) this.#held.hold(passed, countLineEnds(passed));
      else this.#held.skip(passed);
      from = at;
    };
    for (let at = this.#held.isBeginning ? markLength(bytes) : 0; at < bytes.length; at++) {
      const byte = bytes[at]!;
      if (this.#isInside && this.#isPart(byte)) continue;
      if (!this.#isInside && byte <= SPACE) continue;
      passTo(this.#isInside && !this.#isArray ? at + 1 : at);
      if (this.#isInside) lines.push(this.#finish());
      if (from > at) continue;
      if (this.#isArray ? this.#beginsInArray(byte, lines) : this.#begins(byte)) {
        this.#isInside = true;
        this.#isPart(byte);
      }
    }
    passTo(bytes.length);
    return lines;
  }

  /** Whether a byte inside a value belongs to it; what ends an object does, what ends a value of an array does not. */
  #isPart(byte: number): boolean {
    if (this.#isQuoted) this.#goOnInQuotes(byte);
    else if (byte === QUOTE) this.#isQuoted = true;
    else if (byte === OPENING_BRACE || byte === OPENING_BRACKET) this.#depth++;
    else if (this.#depth === 0) return byte !== COMMA && byte !== CLOSING_BRACKET;
    else if (byte === CLOSING_BRACE || byte === CLOSING_BRACKET) return --this.#depth > 0 || this.#isArray;
    return true;
  }

  #goOnInQuotes(byte: number): void {
    if (byte === QUOTE && !this.#isEscaped) this.#isQuoted = false;
    this.#isEscaped = byte === BACKSLASH && !this.#isEscaped;
  }

  #finish(): Line {
    this.#isInside = false;
    this.#hasValue = true;
    return this.#held.finish(0, 0);
  }

  #begins(byte: number): boolean {
    if (byte === OPENING_BRACE) return true;
    throw this.#fault(`must be one JSON object after the other, got ${show(String.fromCharCode(byte))} between them`);
  }

  #beginsInArray(byte: number, lines: Line[]): boolean {
    if (this.#array === "behind") throw this.#fault("must be one JSON array, got something behind it");
    const isEnd = byte === CLOSING_BRACKET;
    if (this.#array === "before") this.#array = "inside";
    else if (byte !== COMMA && !isEnd) return true;
    else if (!this.#hasValue && (this.#isAfterComma || !isEnd)) lines.push(this.#missing());
    if (isEnd) this.#array = "behind";
    this.#isAfterComma = byte === COMMA;
    this.#hasValue = false;
    return false;
  }

  /** Two commas, or a comma and the array's end, with nothing between them. */
  #missing(): Line {
    return { ...this.#held.finish(0, 0), fault: this.#fault("must be one JSON value, got nothing") };
  }

  #fault(what: string): InputFault {
    return this.#report.fault(`line ${this.#held.place.line}`, what);
  }
}
