import { type FileHandle, open } from "node:fs/promises";
import { dirname } from "node:path";
import { show } from "../../schemas/options.js";
import { unreadable } from "../../storage/files/unreadable.js";
import { FINGERPRINT_LENGTH, fingerprintOf } from "../live/fingerprint.js";

/** By which a journal is known; whoever reads the file as JSON lines finds a record without a text. */
export const FIRST_LINE = Buffer.from('{"lexstream":"http journal","format":1,"text":null}\n');

const RECORD_BEGINS = '{"text":"';
const LINE_FEED = 0x0a;
const BLOCK = 65_536;

/** Up to where an earlier run has read. */
export interface JournalPlace {
  readonly offset: number;
  /** Fingerprint of the bytes before it. */
  readonly before: string;
}

/** What a file holds, and what its last line lacks: bytes to put behind it, or it is half a record, which nobody was told of. */
interface Content {
  readonly size: number;
  readonly lacking: Uint8Array;
  readonly half: number;
}

/**
 * A file to which lines are added, each of which is on the disk before whoever added it is told so. What comes while the disk is busy
 * is written together. Its first line says what it is; a file without that line is not written to.
 * State: the lines that wait for the disk.
 */
export class Journal {
  readonly #handle: FileHandle;
  #size: number;
  #waiting: { readonly lines: Uint8Array; readonly done: (error?: unknown) => void }[] = [];
  #writing: Promise<void> | undefined;
  #grown = () => {};
  #isClosed = false;

  private constructor(handle: FileHandle, size: number) {
    this.#handle = handle;
    this.#size = size;
  }

  /**
   * Opens or makes it. All is read before anything is changed: then half a record at the end is cut off, and a whole one gets its end.
   * @throws Error if it is no journal, or not the one of that place
   */
  static async open(path: string, place?: JournalPlace): Promise<Journal> {
    const handle = await open(path, "a+").catch((error: unknown) => {
      throw unreadable("http", path, error);
    });
    try {
      const { half, lacking, size } = await contentOf(handle, path);
      if (place) await requirePlace(handle, path, size, place);
      if (half > 0) await handle.truncate(size);
      if (lacking.length > 0) await handle.appendFile(lacking);
      await handle.datasync();
      await syncFolderOf(path);
      return new Journal(handle, size + lacking.length);
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  /** Bytes on the disk. */
  get size(): number {
    return this.#size;
  }

  /** Resolves once the lines are on the disk. */
  append(lines: Uint8Array): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ lines, done: (error) => (error === undefined ? resolve() : reject(error)) });
      this.#writing ??= this.#write();
    });
  }

  /** At most so many bytes from there; none at the end. */
  async read(offset: number, length: number): Promise<Uint8Array> {
    const wanted = Math.min(length, this.#size - offset);
    const bytes = await readAt(this.#handle, offset, wanted);
    if (bytes.length === 0 && wanted > 0)
      throw new Error(`http: the journal must keep what was written to it, got its end at byte ${offset}`);
    return bytes;
  }

  /** Resolves once there is more than so many bytes, or it was closed. */
  async growsBeyond(size: number): Promise<void> {
    while (this.#size <= size && !this.#isClosed)
      await new Promise<void>((resolve) => {
        this.#grown = resolve;
      });
  }

  /** Nothing waits for it to grow any more. */
  stop(): void {
    this.#isClosed = true;
    this.#grown();
  }

  async close(): Promise<void> {
    this.stop();
    await this.#writing;
    await this.#handle.close();
  }

  async #write(): Promise<void> {
    while (this.#waiting.length > 0) {
      const group = this.#waiting.splice(0);
      const lines = Buffer.concat(group.map((added) => added.lines));
      let failure: unknown;
      try {
        await this.#requireOurs();
        await this.#handle.appendFile(lines);
        await this.#handle.datasync();
        this.#size += lines.length;
      } catch (error) {
        failure = error;
        await this.#takeBack(lines).catch(() => {}); // what follows is refused then
      }
      for (const { done } of group) done(failure);
      this.#grown();
    }
    this.#writing = undefined;
  }

  /** Nobody else has written to it. */
  async #requireOurs(): Promise<void> {
    const { size } = await this.#handle.stat();
    if (size !== this.#size)
      throw new Error(
        `http: the journal must have one writer, got ${size} bytes in it where ${this.#size} were written`,
      );
  }

  /** Cuts off what was half written, and was never told to be there. */
  async #takeBack(lines: Uint8Array): Promise<void> {
    const { size } = await this.#handle.stat();
    const added = size - this.#size;
    const isOurs =
      added <= lines.length && (await readAt(this.#handle, this.#size, added)).equals(lines.subarray(0, added));
    if (added > 0 && isOurs) await this.#handle.truncate(this.#size);
  }
}

/** @throws Error for anything that a journal does not write */
async function contentOf(handle: FileHandle, path: string): Promise<Content> {
  const stats = await handle.stat();
  const beginning = await readAt(handle, 0, FIRST_LINE.length);
  if (!stats.isFile() || !beginning.equals(FIRST_LINE.subarray(0, beginning.length))) {
    const found = stats.isFile() ? show(firstLineOf(beginning)) : "no regular file";
    const expected = firstLineOf(FIRST_LINE);
    throw new Error(
      `http: ${path} must be a journal, which begins with the line ${expected}, got ${found}; it was left as it is`,
    );
  }
  const lacking = FIRST_LINE.subarray(beginning.length);
  if (lacking.length > 0) return { size: beginning.length, lacking, half: 0 };
  const size = await endOfLastLine(handle, stats.size);
  const last = (await readAt(handle, size, stats.size - size)).toString();
  if (last !== "" && isJson(last)) return { size: stats.size, lacking: Uint8Array.of(LINE_FEED), half: 0 };
  if (!RECORD_BEGINS.startsWith(last.slice(0, RECORD_BEGINS.length)))
    throw new Error(
      `http: ${path} must end with a record or half of one, got ${show(last.slice(0, 40))} from byte ${size} on; it was left as it is`,
    );
  return { size, lacking: new Uint8Array(0), half: stats.size - size };
}

/** @throws Error if the journal is not the one that an earlier run read */
async function requirePlace(handle: FileHandle, path: string, size: number, place: JournalPlace): Promise<void> {
  const { before, offset } = place;
  const length = Math.min(offset, FINGERPRINT_LENGTH);
  if (offset <= size && fingerprintOf(await readAt(handle, offset - length, length)) === before) return;
  throw new Error(`http: ${path} must be the journal of the run that goes on, got other text before byte ${offset}`);
}

async function readAt(handle: FileHandle, offset: number, length: number): Promise<Buffer> {
  const { bytesRead, buffer } = await handle.read(Buffer.alloc(length), 0, length, offset);
  return buffer.subarray(0, bytesRead);
}

const firstLineOf = (bytes: Buffer): string => bytes.toString().split("\n")[0]!;

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

async function endOfLastLine(handle: FileHandle, size: number): Promise<number> {
  for (let end = size; end > 0; ) {
    const from = Math.max(0, end - BLOCK);
    const at = (await readAt(handle, from, end - from)).lastIndexOf(LINE_FEED);
    if (at >= 0) return from + at + 1;
    end = from;
  }
  return 0;
}

/** A new file is there after a loss of power once its folder is on the disk; systems that cannot open a folder do not need it. */
async function syncFolderOf(path: string): Promise<void> {
  if (process.platform === "win32") return;
  const folder = await open(dirname(path));
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
