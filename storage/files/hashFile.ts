import { createHash } from "node:crypto";
import { open } from "node:fs/promises";
import { type FileStamp, isSameStamp, stampOf } from "./fileStamp.js";
import { unreadable } from "./unreadable.js";

const MOST_BYTES = 1 << 20;
const LEAST_BYTES = 1 << 12;

/** SHA-256 of a file's bytes as they lie on disk, in hexadecimal. Holds 1 MiB at most. */
export async function hashFile(path: string, signal?: AbortSignal): Promise<string> {
  const file = await open(path).catch((error: unknown) => {
    throw unreadable("hashFile", path, error);
  });
  try {
    const hash = createHash("sha256");
    const { size } = await file.stat(); // a checkpoint has many small files, for each of which 1 MiB would be cleared
    const chunk = new Uint8Array(Math.min(MOST_BYTES, Math.max(LEAST_BYTES, size))); // the same all along: new memory costs more than to read into it
    for (let read = -1; read !== 0; hash.update(chunk.subarray(0, read))) {
      signal?.throwIfAborted();
      read = (await file.read(chunk, 0, chunk.length, null)).bytesRead;
    }
    return hash.digest("hex");
  } catch (error) {
    throw (error as NodeJS.ErrnoException).syscall ? unreadable("hashFile", path, error) : error;
  } finally {
    await file.close();
  }
}

/** By path: files that were hashed while this process wrote them, as they were then, until somebody asks. */
const written = new Map<string, { readonly stamp: FileStamp; readonly sha256: string }>();

/** Tells the SHA-256 of a file that was just written. */
export async function noteHash(path: string, sha256: string): Promise<void> {
  written.set(path, { stamp: await stampOf(path), sha256 });
}

/** SHA-256 of a file that this process wrote: as it was told, if nobody has changed the file since. */
export async function hashWritten(path: string): Promise<string> {
  const known = written.get(path);
  written.delete(path);
  return known && isSameStamp(known.stamp, await stampOf(path)) ? known.sha256 : hashFile(path);
}
