import { type FileHandle, open } from "node:fs/promises";
import { unreadable } from "./listFiles.js";

const LINE_FEED = 0x0a;
const BLOCK = 65_536;

/**
 * A file to which lines are added, each of which is on the disk before whoever added it is told so. What comes while the disk is busy
 * is written together.
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

  /** Opens or makes it. A last line without an end was never told to be there, and is cut off. */
  static async open(who: string, path: string): Promise<Journal> {
    const handle = await open(path, "a+").catch((error: unknown) => {
      throw unreadable(who, path, error);
    });
    const size = await endOfLastLine(handle);
    await handle.truncate(size);
    return new Journal(handle, size);
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
    const { bytesRead, buffer } = await this.#handle.read(new Uint8Array(wanted), 0, wanted, offset);
    return buffer.subarray(0, bytesRead);
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
        await this.#handle.appendFile(lines);
        await this.#handle.datasync();
        this.#size += lines.length;
      } catch (error) {
        failure = error;
        await this.#handle.truncate(this.#size).catch(() => {}); // what was half written was never told to be there
      }
      for (const { done } of group) done(failure);
      this.#grown();
    }
    this.#writing = undefined;
  }
}

async function endOfLastLine(handle: FileHandle): Promise<number> {
  let end = (await handle.stat()).size;
  while (end > 0) {
    const from = Math.max(0, end - BLOCK);
    const { buffer, bytesRead } = await handle.read(new Uint8Array(end - from), 0, end - from, from);
    const at = buffer.subarray(0, bytesRead).lastIndexOf(LINE_FEED);
    if (at >= 0) return from + at + 1;
    end = from;
  }
  return 0;
}
