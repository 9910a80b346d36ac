import { createHash } from "node:crypto";
import { open } from "node:fs/promises";
import { readChunks } from "./readChunks.js";
import { unreadable } from "./unreadable.js";

/** SHA-256 of a file's bytes as they lie on disk, in hexadecimal. Holds 1 MiB. */
export async function hashFile(path: string, signal?: AbortSignal): Promise<string> {
  const file = await open(path).catch((error: unknown) => {
    throw unreadable("hashFile", path, error);
  });
  try {
    const hash = createHash("sha256");
    for await (const chunk of readChunks(file, 1 << 20)) {
      signal?.throwIfAborted();
      hash.update(chunk);
    }
    return hash.digest("hex");
  } catch (error) {
    throw (error as NodeJS.ErrnoException).syscall ? unreadable("hashFile", path, error) : error;
  } finally {
    await file.close();
  }
}
