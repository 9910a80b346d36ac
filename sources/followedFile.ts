import type { FileHandle } from "node:fs/promises";
import { endOf, fingerprintOf } from "./fingerprint.js";
import type { InputReport, InputStart } from "./inputReport.js";
import { refuseOtherFormats } from "./readDocuments.js";
import { LineSplitter } from "./readLines.js";
import { type RecordSettings, recordTaker } from "./recordTaker.js";
import type { TextWriter } from "./textWriter.js";
import { WholeLines } from "./wholeLines.js";

/** A place between two lines of a file, and how to know the file again. */
export interface FileMark extends InputStart {
  /** The name under which it was first seen. */
  readonly path: string;
  readonly inode: string;
  /** Fingerprint of the bytes before the place. */
  readonly before: string;
  /** How many bytes that is of. */
  readonly beforeLength: number;
}

interface FollowSettings extends RecordSettings {
  readonly chunkSize: number;
}

const LINE_FEED = 0x0a;
const NOTHING = new Uint8Array(0);

/**
 * A file that grows: its whole lines so far; a line that has not ended is held until it has.
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
  /** How often in a row it was looked at in vain since it lost its name. */
  quietLooks = 0;

  constructor(
    handle: FileHandle,
    inode: string,
    before: Uint8Array,
    settings: FollowSettings,
    report: InputReport,
    writer: TextWriter,
  ) {
    this.#handle = handle;
    this.#inode = inode;
    this.#report = report;
    this.#chunkSize = settings.chunkSize;
    this.#lines = new WholeLines(settings.chunkSize);
    this.#splitter = new LineSplitter(settings, report);
    this.#take = recordTaker(settings, report, writer);
    this.#offset = report.start.offset;
    this.#lastRead = before;
    this.#passed = before;
    this.#mark = this.#markHere();
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

  /** Takes the documents of the next chunk: whether there was more, nothing new, or other text than before. */
  async read(): Promise<"more" | "nothing" | "other text"> {
    const { size } = await this.#handle.stat();
    if (size === this.#offset) return "nothing";
    if (size < this.#offset) return "other text";
    const known = this.#lastRead.length;
    const wanted = known + Math.min(this.#chunkSize, size - this.#offset);
    const { buffer, bytesRead } = await this.#handle.read(new Uint8Array(wanted), 0, wanted, this.#offset - known);
    if (bytesRead < known || !Buffer.from(buffer.buffer, 0, known).equals(this.#lastRead)) return "other text";
    const chunk = buffer.subarray(known, bytesRead);
    if (this.#offset === 0) refuseOtherFormats(chunk.subarray(0, 4), this.#report);
    this.#offset += chunk.length;
    this.#lastRead = endOf(this.#lastRead, chunk);
    this.#pass(this.#lines.push(chunk));
    return chunk.length > 0 ? "more" : "nothing";
  }

  /** Nothing more is read: a last line without an end is taken as it is. */
  finish(): void {
    this.#pass(this.#lines.rest);
    this.#take(this.#splitter.end());
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
    };
  }
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
export async function lastLineStart(handle: FileHandle): Promise<{ offset: number; bytes: Uint8Array }> {
  const { size } = await handle.stat();
  const length = Math.min(size, LOOK_BACK);
  const { buffer, bytesRead } = await handle.read(new Uint8Array(length), 0, length, size - length);
  const end = buffer.subarray(0, bytesRead).lastIndexOf(LINE_FEED) + 1;
  const offset = end === 0 ? size : size - length + end;
  return { offset, bytes: endOf(NOTHING, buffer.subarray(0, end || bytesRead)) };
}

/** A longer last line is not looked at to its beginning: the rest of it is the first document. */
const LOOK_BACK = 1 << 20;
