import type { BigIntStats } from "node:fs";
import { type FileHandle, open, stat } from "node:fs/promises";
import { unreadable } from "../../storage/files/unreadable.js";

// A key says which file it is, by where it lies on the disk, whatever its name.

/** Opens a file to be read, if it is there. */
export async function openIfThere(path: string): Promise<FileHandle | undefined> {
  return ifThere(path, () => open(path));
}

/** Which file has the name, if one has. */
export async function keyAt(path: string): Promise<string | undefined> {
  const stats = await ifThere(path, () => stat(path, { bigint: true }));
  return stats?.isFile() ? keyFrom(stats) : undefined;
}

export async function keyOf(handle: FileHandle): Promise<string> {
  return keyFrom(await handle.stat({ bigint: true }));
}

function keyFrom({ dev, ino }: BigIntStats): string {
  return `${dev}:${ino}`;
}

export function inodeIn(key: string): string {
  return key.slice(key.indexOf(":") + 1);
}

async function ifThere<T>(path: string, action: () => Promise<T>): Promise<T | undefined> {
  try {
    return await action();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw unreadable("tail", path, error);
  }
}
