import {
  closeSync,
  constants,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  renameSync,
  rmSync,
  write,
  writeSync,
} from "node:fs";
import { dirname } from "node:path";
import { plural } from "../../schemas/plural.js";
import { makeFolder } from "./makeFolder.js";

const bufferBytes = 1 << 16; // a checkpoint writes many small files; large ones are no slower

/** Blocks of a disk begin at multiples of it, in a file and in memory, whatever the disk. */
const diskBlock = 4096;

/** Where a file is written until it is whole: a name that nobody else gives, since what a killed run left there is removed. */
export const partialPathOf = (path: string): string => `${path}.lexstream.partial`;

/**
 * A file that is written beside its name and gets its own name only when it is whole and on the disk.
 *
 * Writes are synchronous, `writeBehind` aside: whoever was cut off by an error or an unsubscription leaves no write behind that is still
 * under way. State: a buffer of 64 KiB.
 * @throws Error with the path, if the file system refuses; what was written is removed then
 */
export class DurableFile {
  readonly partialPath: string;
  readonly #buffer = new Uint8Array(bufferBytes);
  readonly #descriptor: number;
  #buffered = 0;
  /** Of what was written, or is being written. */
  #length = 0;
  /** Of what is being written; what it failed by. */
  #behind: Promise<unknown> = Promise.resolve();
  #open = false;
  #exists = false;
  /** Writes through it go past the system's cache; there may be none. */
  #direct: number | undefined;
  #mayBeDirect = constants.O_DIRECT !== undefined;

  /** With a length, goes on with so many bytes of a file that was left behind; what lies after them is cut off. */
  constructor(
    readonly path: string,
    length = 0,
  ) {
    this.partialPath = partialPathOf(path);
    this.#descriptor = this.#try(() => {
      makeFolder(dirname(path));
      if (length > 0) return openAgain(this.partialPath, length);
      rmSync(this.partialPath, { force: true }); // what a killed run left
      return openSync(this.partialPath, "wx"); // never through a link that somebody put there
    });
    this.#length = length;
    this.#open = true;
    this.#exists = true;
  }

  /** Everything so far is on the disk, and more can be written; tells how many bytes there are. */
  settle(): number {
    this.#flush();
    this.#try(() => fsyncSync(this.#descriptor));
    return this.#length;
  }

  /** Leaves it as it was settled, for somebody who goes on with it. */
  leave(): void {
    this.#close();
  }

  /** Takes the bytes at once; the caller may change them afterwards. */
  write(bytes: Uint8Array): void {
    if (this.#buffered + bytes.length > bufferBytes) this.#flush();
    if (bytes.length > bufferBytes) {
      this.#writeAll(bytes);
      return;
    }
    this.#buffer.set(bytes, this.#buffered);
    this.#buffered += bytes.length;
  }

  /**
   * Writes the bytes while the caller goes on, once those before are written: two buffers in turn do. Where blocks of a disk can be made of them, they
   * go past the system's cache: they must be on the disk before the file has its name, and a copy would take memory, and more time than all else. They may be changed when the next call, or
   * `written`, has ended, behind which alone anything else may be done to the file.
   */
  async writeBehind(bytes: Uint8Array): Promise<void> {
    await this.written();
    this.#flush();
    const position = this.#length;
    this.#length += bytes.length;
    this.#behind = this.#writeAllBehind(bytes, position).catch((error: unknown) => error);
  }

  /** Nothing is being written any more. */
  async written(): Promise<void> {
    const error = await this.#behind;
    this.#behind = Promise.resolve();
    if (error !== undefined) this.#fail(error);
  }

  /** Puts other bytes in the place of some that were written. */
  patch(position: number, bytes: Uint8Array): void {
    this.#flush();
    this.#try(() => {
      for (let done = 0; done < bytes.length; )
        done += writeSync(this.#descriptor, bytes, done, bytes.length - done, position + done);
    });
  }

  /** What was written can be read under the partial name, though it may not be on the disk yet. */
  flush(): void {
    this.#flush();
  }

  /** Everything is on the disk, still under the partial name. */
  sync(): void {
    if (!this.#open) return;
    this.#flush();
    this.#try(() => fsyncSync(this.#descriptor));
    this.#close();
  }

  /** Gives the file its name. */
  commit(): void {
    this.sync();
    this.#try(() => {
      renameSync(this.partialPath, this.path);
      syncFolder(dirname(this.path));
    });
  }

  /** Removes what was written. */
  discard(): void {
    this.#close();
    if (this.#exists) rmSync(this.partialPath, { force: true });
    this.#exists = false;
  }

  #close(): void {
    if (this.#open) closeSync(this.#descriptor);
    if (this.#direct !== undefined) closeSync(this.#direct);
    this.#direct = undefined;
    this.#open = false;
  }

  #flush(): void {
    this.#writeAll(this.#buffer.subarray(0, this.#buffered));
    this.#buffered = 0;
  }

  #writeAll(bytes: Uint8Array): void {
    this.#try(() => {
      for (let done = 0; done < bytes.length; )
        done += writeSync(this.#descriptor, bytes, done, bytes.length - done, this.#length + done);
    });
    this.#length += bytes.length;
  }

  async #writeAllBehind(bytes: Uint8Array, position: number): Promise<void> {
    for (let done = 0; done < bytes.length; )
      done += await this.#writeSomeBehind(bytes.subarray(done), position + done);
  }

  async #writeSomeBehind(bytes: Uint8Array, position: number): Promise<number> {
    if (this.#mayBeDirect && [bytes.byteOffset, bytes.length, position].every((place) => place % diskBlock === 0)) {
      try {
        this.#direct ??= openSync(this.partialPath, constants.O_WRONLY | constants.O_DIRECT);
        return await writeAt(this.#direct, bytes, position);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "EINVAL") throw error;
        this.#mayBeDirect = false; // the file system cannot, or the memory itself begins elsewhere
      }
    }
    return writeAt(this.#descriptor, bytes, position);
  }

  #try<Result>(action: () => Result): Result {
    try {
      return action();
    } catch (cause) {
      return this.#fail(cause);
    }
  }

  #fail(cause: unknown): never {
    this.discard();
    throw new Error(`${this.path}: must be writable, got ${(cause as Error).message}`, { cause });
  }
}

function writeAt(descriptor: number, bytes: Uint8Array, position: number): Promise<number> {
  return new Promise((resolve, reject) => {
    write(descriptor, bytes, 0, bytes.length, position, (error, written) => (error ? reject(error) : resolve(written)));
  });
}

function openAgain(path: string, length: number): number {
  const descriptor = openSync(path, constants.O_RDWR | (constants.O_NOFOLLOW ?? 0));
  try {
    const { size } = fstatSync(descriptor);
    if (size < length) throw new Error(`${plural(size, "byte")} where ${length} were written`);
    ftruncateSync(descriptor, length);
    return descriptor;
  } catch (error) {
    closeSync(descriptor);
    throw error;
  }
}

/** Files that get their names together, after all of them are on the disk. */
export async function writeFiles<Result>(
  paths: readonly string[],
  write: (...files: readonly DurableFile[]) => Promise<Result>,
): Promise<Result> {
  const files: DurableFile[] = [];
  try {
    for (const path of paths) files.push(new DurableFile(path));
    const result = await write(...files);
    for (const file of files) await file.written();
    for (const file of files) file.sync();
    for (const file of files) file.commit();
    return result;
  } catch (error) {
    await Promise.allSettled(files.map((file) => file.written()));
    for (const file of files) file.discard();
    throw error;
  }
}

/** A rename is durable once its folder is; systems that cannot open a folder do not need it. */
export function syncFolder(folder: string): void {
  if (process.platform === "win32") return;
  const descriptor = openSync(folder, "r");
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
