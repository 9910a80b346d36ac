import { plural } from "../../schemas/plural.js";
import type { InputReport, InputStart } from "../documents/inputReport.js";
import { countLineEnds } from "../documents/lineEnds.js";
import type { TextWriter } from "../documents/textWriter.js";
import { WholeLines } from "../documents/wholeLines.js";
import { endOf, FINGERPRINT_LENGTH, fingerprintOf } from "./fingerprint.js";

const LINE_FEED = 0x0a;
const NOTHING = new Uint8Array(0);

/** A place between two lines of a stream, and how to know the stream again. */
export interface StreamMark extends InputStart {
  /** Documents begun, those that were rejected not counted. */
  readonly begun: number;
  /** Fingerprints of the beginning and of what lies before the place. */
  readonly head: string;
  readonly tail: string;
}

/**
 * How far a stream of bytes has been passed on.
 * State: the first and the last bytes passed on, enough for two fingerprints.
 */
export class StreamPlace {
  readonly #report: InputReport;
  readonly #start: StreamMark | undefined;
  #offset: number;
  #line: number;
  #head: Uint8Array = NOTHING;
  #tail: Uint8Array = NOTHING;
  #isLineStart = true;

  constructor(report: InputReport, start: StreamMark | undefined) {
    this.#report = report;
    this.#start = start;
    this.#offset = report.start.offset;
    this.#line = report.start.line;
  }

  /** Whether all that was passed on lies before this offset, and a line ends there. */
  isAt(offset: number): boolean {
    return this.#isLineStart && this.#offset === offset;
  }

  mark(begun: number): StreamMark {
    return {
      offset: this.#offset,
      line: this.#line,
      documents: this.#report.documents,
      begun,
      head: fingerprintOf(this.#head),
      tail: fingerprintOf(this.#tail),
    };
  }

  /** What comes behind the place where a run goes on, of a stream that begins anew. @throws Error if it is another one */
  async *passOver(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    const { offset, head, tail } = this.#start!;
    const headLength = Math.min(offset, FINGERPRINT_LENGTH);
    let passed = 0;
    for await (const chunk of chunks) {
      const known = chunk.subarray(0, offset - passed);
      const hadHead = this.#head.length === headLength;
      passed += known.length;
      this.#note(known, headLength);
      if (!hadHead && this.#head.length === headLength) this.#check(this.#head, head, passed);
      if (known.length > 0 && passed === offset) this.#check(this.#tail, tail, passed);
      if (known.length < chunk.length) yield chunk.subarray(known.length);
    }
    if (passed < offset) throw this.#otherText(`its end after ${plural(passed, "byte")}`);
  }

  /** The same text in groups that end with a line, each of which is to become a batch. */
  async *wholeLines(
    groups: AsyncIterable<Uint8Array[]>,
    writer: TextWriter,
    chunkSize: number,
  ): AsyncGenerator<Uint8Array> {
    const lines = new WholeLines(chunkSize);
    for await (const group of groups) {
      const text = lines.push(group.length === 1 ? group[0]! : Buffer.concat(group));
      if (text.length === 0) continue;
      this.#pass(text);
      writer.urge();
      yield text;
    }
    if (lines.rest.length === 0) return;
    this.#pass(lines.rest);
    yield lines.rest;
  }

  #pass(text: Uint8Array): void {
    this.#offset += text.length;
    this.#line += countLineEnds(text);
    this.#isLineStart = text.at(-1) === LINE_FEED;
    this.#note(text, FINGERPRINT_LENGTH);
  }

  #note(text: Uint8Array, headLength: number): void {
    const missing = headLength - this.#head.length;
    if (missing > 0) this.#head = Buffer.concat([this.#head, text.subarray(0, missing)]);
    this.#tail = endOf(this.#tail, text);
  }

  #check(found: Uint8Array, known: string, passed: number): void {
    if (fingerprintOf(found) !== known) throw this.#otherText(`other text before byte ${passed}`);
  }

  #otherText(found: string): Error {
    const { name, who } = this.#report;
    return new Error(
      `${who}: ${name} must bring the ${plural(this.#start!.offset, "byte")} again that were read before, got ${found}; with onResume: continue it is taken as what comes after them`,
    );
  }
}
