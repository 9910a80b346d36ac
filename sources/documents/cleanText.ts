import { isUtf8 } from "node:buffer";
import { withoutMark } from "../../kernels/text/utf8.js";
import type { InputReport } from "./inputReport.js";
import { countLineFeeds, unifyLineEnds } from "./lineEnds.js";
import { incompleteTail, repairUtf8 } from "./repairUtf8.js";

/** What to do with bytes that are not UTF-8. */
export type OnInvalid = "replace" | "reject";

const CARRIAGE_RETURN = 0x0d;

/**
 * Makes the chunks of one input valid UTF-8 with "\n" line ends and no byte-order mark, wherever the chunks were cut.
 * State: at most 3 bytes, of a character or line end that is not complete yet.
 */
export class TextCleaner {
  readonly #report: InputReport;
  readonly #onInvalid: OnInvalid;
  #held: Uint8Array = new Uint8Array(0);
  #consumed: number;
  #lineFeeds: number;

  constructor(report: InputReport, onInvalid: OnInvalid) {
    this.#report = report;
    this.#onInvalid = onInvalid;
    this.#consumed = report.start.offset;
    this.#lineFeeds = report.start.line - 1;
  }

  /** Bytes of the input that lie behind what was given out. */
  get consumed(): number {
    return this.#consumed;
  }

  push(chunk: Uint8Array): Uint8Array {
    const bytes = this.#held.length > 0 ? Buffer.concat([this.#held, chunk]) : chunk;
    const keep = bytes.at(-1) === CARRIAGE_RETURN ? 1 : incompleteTail(bytes);
    const end = bytes.length - keep;
    this.#held = bytes.slice(end);
    return this.#clean(bytes.subarray(0, end));
  }

  /** What was still held, now that nothing follows it. */
  end(): Uint8Array {
    const rest = this.#held;
    this.#held = new Uint8Array(0);
    return this.#clean(rest);
  }

  #clean(bytes: Uint8Array): Uint8Array {
    const text = this.#consumed === 0 ? withoutMark(bytes) : bytes;
    const skipped = bytes.length - text.length;
    const valid = isUtf8(text) ? text : this.#repair(text, this.#consumed + skipped);
    this.#consumed += bytes.length;
    const clean = unifyLineEnds(valid);
    if (this.#onInvalid === "reject") this.#lineFeeds += countLineFeeds(clean);
    return clean;
  }

  #repair(text: Uint8Array, offset: number): Uint8Array {
    const { bytes, invalidBytes, firstInvalid } = repairUtf8(text);
    if (this.#onInvalid === "reject") {
      const line = 1 + this.#lineFeeds + countLineFeeds(unifyLineEnds(text.subarray(0, firstInvalid)));
      throw this.#report.fault(`line ${line}`, invalidByte(text[firstInvalid]!, offset + firstInvalid));
    }
    this.#report.add("invalidBytes", invalidBytes);
    return bytes;
  }
}

/** A text that is there as a whole, as valid UTF-8 with "\n" line ends. @throws the report's fault for other bytes, under `reject` */
export function cleanWhole(bytes: Uint8Array, onInvalid: OnInvalid, report: InputReport): Uint8Array {
  if (isUtf8(bytes)) return unifyLineEnds(bytes);
  const repaired = repairUtf8(bytes);
  if (onInvalid === "reject") throw report.fault("", invalidByte(bytes[repaired.firstInvalid]!, repaired.firstInvalid));
  report.add("invalidBytes", repaired.invalidBytes);
  return unifyLineEnds(repaired.bytes);
}

/** The words for a byte that is not UTF-8; the offset is the one in the unpacked input. */
export function invalidByte(byte: number, offset?: number): string {
  const place = offset === undefined ? "" : ` at offset ${offset}`;
  return `invalid UTF-8 byte 0x${byte.toString(16).padStart(2, "0")}${place}`;
}
