import type { FileHandle } from "node:fs/promises";
import { textFault } from "../../kernels/text/content.js";
import type { InputReport, InputStart } from "../documents/inputReport.js";
import { LineSplitter } from "../documents/readLines.js";
import { type RecordFormat, type RecordSettings, recordTaker } from "../documents/recordTaker.js";
import type { TextWriter } from "../documents/textWriter.js";
import { WholeLines } from "../documents/wholeLines.js";
import { endOf, FINGERPRINT_LENGTH, fingerprintOf } from "./fingerprint.js";

/** A place in a file, and the last bytes before it. */
export interface Start extends InputStart {
  readonly bytes: Uint8Array;
  /** When the file was last changed, in ms, as far as was known there. */
  readonly modified?: number | undefined;
}

/** A place between two lines of a file, and how to know the file again. */
export interface FileMark extends InputStart {
  /** The name under which it was first seen. */
  readonly path: string;
  readonly inode: string;
  /** Fingerprint of the bytes before the place. */
  readonly before: string;
  /** How many bytes that is of. */
  readonly beforeLength: number;
  /** When the file was last changed, in ms, as far as was known there. */
  readonly modified?: number | undefined;
}

interface FollowSettings extends RecordSettings {
  readonly format: RecordFormat;
  readonly chunkSize: number;
}

const LINE_FEED = 0x0a;
const NUL = 0;
const NOTHING = new Uint8Array(0);
/** Holes are searched for their end in steps of so many bytes. */
const HOLE_STEP = 1 << 20;

/** More text, a hole behind which there is text, nothing new, or other text than before. */
export type Found = "more" | "hole" | "nothing" | "other text";

/**
 * A file that grows: its whole lines so far; a line that has not ended is held until it has.
 *
 * NUL bytes at the beginning of a line are no text but a hole: a file was cut, and whoever writes it kept its place. A hole is passed
 * over once something stands behind it; until then the place is before it, since somebody may fill it in.
 * State: an open file, one line of at most `maxRecordLength` bytes, the last bytes read.
 */
export class FollowedFile {
  readonly #handle: FileHandle;
  readonly #report: InputReport;
  readonly #chunkSize: number;
  readonly #lines: WholeLines;
  readonly #splitter: LineSplitter;
  readonly #take: ReturnType<typeof recordTaker>;
  readonly #inode: string;
  /** Bytes read, those of a line that has not ended among them. */
  #offset: number;
  #lastRead: Uint8Array;
  #passed: Uint8Array;
  #mark: FileMark;
  /** All before it is NUL bytes, from the place on. */
  #holeEnd = 0;
  #size: number;
  #modified: number | undefined;
  /** How long it was before it was cut, if it begins again. */
  sizeBeforeCut: number | undefined;
  /** How often in a row it was looked at in vain since it lost its name. */
  quietLooks = 0;

  constructor(
    handle: FileHandle,
    inode: string,
    { bytes, modified }: Start,
    settings: FollowSettings,
    report: InputReport,
    writer: TextWriter,
  ) {
    this.#handle = handle;
    this.#inode = inode;
    this.#report = report;
    this.#chunkSize = settings.chunkSize;
    this.#lines = new WholeLines(settings.chunkSize);
    this.#splitter = new LineSplitter({ ...settings, keepsReturns: true }, report);
    this.#take = recordTaker(settings, settings.format, report, writer);
    this.#offset = report.start.offset;
    this.#lastRead = bytes;
    this.#passed = bytes;
    this.#modified = modified;
    this.#mark = this.#markHere();
    this.#size = this.#offset;
  }

  /** Behind the last whole line that was passed on. */
  get mark(): FileMark {
    return this.#mark;
  }

  get handle(): FileHandle {
    return this.#handle;
  }

  get name(): string {
    return this.#report.name;
  }

  /** How long the file was when its text was last known to be the same. */
  get size(): number {
    return this.#size;
  }

  /** Bytes that were seen to be there and not read. */
  get unread(): number {
    return this.#size - Math.max(this.#offset, this.#holeEnd);
  }

  /** Where it goes on behind the hole that was found. */
  get behindHole(): Start {
    const { line, documents } = this.#mark;
    const hole = new Uint8Array(Math.min(this.#holeEnd - this.#offset, FINGERPRINT_LENGTH));
    return { offset: this.#holeEnd, line, documents, bytes: endOf(this.#lastRead, hole), modified: this.#modified };
  }

  /** Takes the documents of the next chunk. */
  async read(): Promise<Found> {
    const { size, mtimeMs } = await this.#handle.stat();
    if (size < this.#offset) return "other text";
    const known = this.#lastRead.length;
    const wanted = known + Math.min(this.#chunkSize, size - this.#offset);
    const { buffer, bytesRead } = await this.#handle.read(new Uint8Array(wanted), 0, wanted, this.#offset - known);
    if (bytesRead < known || !Buffer.from(buffer.buffer, 0, known).equals(this.#lastRead)) return "other text";
    this.#size = size;
    this.#modified = mtimeMs;
    const chunk = buffer.subarray(known, bytesRead);
    if (chunk.length === 0) return "nothing";
    const found = chunk[0] === NUL ? await this.#lookThroughHole() : "more";
    const isText = chunk[0] !== NUL || (found === "hole" && !this.#isBetweenLines);
    if (isText) this.#takeIn(beforeHole(chunk));
    return isText ? "more" : found;
  }

  /** Nothing more is read: a last line without an end is taken as it is. */
  finish(): void {
    this.#pass(this.#lines.rest);
    this.#take(this.#splitter.end());
    this.#report.add("nulBytes", this.#holeEnd - this.#offset);
  }

  get #isBetweenLines(): boolean {
    return this.#mark.offset === this.#offset;
  }

  #takeIn(chunk: Uint8Array): void {
    this.#requireText(chunk);
    this.#offset += chunk.length;
    this.#lastRead = endOf(this.#lastRead, chunk);
    this.#pass(this.#lines.push(chunk));
  }

  /** The first bytes may come one by one; those behind a hole are the first ones, too. */
  #requireText(chunk: Uint8Array): void {
    const isBeginning = this.#lastRead.length === this.#offset || this.#lastRead.every((byte) => byte === NUL);
    if (!isBeginning) return;
    const before = this.#lastRead.subarray(lengthOfHole(this.#lastRead));
    const fault = textFault(before.length > 0 ? Buffer.concat([before, chunk]) : chunk);
    if (fault) throw this.#report.fault("", fault);
  }

  /** Goes one step on. */
  async #lookThroughHole(): Promise<Found> {
    const from = Math.max(this.#holeEnd, this.#offset);
    const { buffer, bytesRead } = await this.#handle.read(new Uint8Array(HOLE_STEP), 0, HOLE_STEP, from);
    const length = lengthOfHole(buffer.subarray(0, bytesRead));
    this.#holeEnd = from + length;
    if (length < bytesRead) return "hole";
    return bytesRead === HOLE_STEP ? "more" : "nothing";
  }

  #pass(text: Uint8Array): void {
    this.#report.add("bytes", text.length);
    this.#take(this.#splitter.push(text));
    this.#passed = endOf(this.#passed, text);
    if (text.at(-1) === LINE_FEED) this.#mark = this.#markHere();
  }

  #markHere(): FileMark {
    const { line, offset } = this.#splitter.place;
    return {
      path: this.#report.name,
      inode: this.#inode,
      offset,
      line,
      documents: this.#report.documents,
      before: fingerprintOf(this.#passed),
      beforeLength: this.#passed.length,
      modified: this.#modified,
    };
  }
}

/** As much of a chunk as stands before NUL bytes behind a line end, or at its own end: they may be a hole, or a part of one. */
function beforeHole(chunk: Uint8Array): Uint8Array {
  const lineEnd = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length).indexOf(HOLE_BEHIND_LINE);
  if (lineEnd >= 0) return chunk.subarray(0, lineEnd + 1);
  const last = chunk.findLastIndex((byte) => byte !== NUL);
  return last < 0 ? chunk : chunk.subarray(0, last + 1);
}

const HOLE_BEHIND_LINE = Buffer.from([LINE_FEED, NUL]);

function lengthOfHole(bytes: Uint8Array): number {
  let length = 0;
  while (bytes[length] === NUL) length++;
  return length;
}

/** The bytes before a mark, if the file still has them. */
export async function bytesBefore(
  handle: FileHandle,
  { offset, before, beforeLength }: FileMark,
): Promise<Uint8Array | undefined> {
  const bytes = new Uint8Array(beforeLength);
  const { bytesRead } = await handle.read(bytes, 0, beforeLength, offset - beforeLength);
  return bytesRead === beforeLength && fingerprintOf(bytes) === before ? bytes : undefined;
}

/** Where the last line begins that has not ended, and the bytes before it. */
export async function lastLineStart(handle: FileHandle): Promise<Start> {
  const { size } = await handle.stat();
  const length = Math.min(size, LOOK_BACK);
  const { buffer, bytesRead } = await handle.read(new Uint8Array(length), 0, length, size - length);
  const end = buffer.subarray(0, bytesRead).lastIndexOf(LINE_FEED) + 1;
  const offset = end === 0 ? size : size - length + end;
  return { offset, line: 1, documents: 0, bytes: endOf(NOTHING, buffer.subarray(0, end || bytesRead)) };
}

/** A longer last line is not looked at to its beginning: the rest of it is the first document. */
const LOOK_BACK = 1 << 20;
