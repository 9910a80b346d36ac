import type { BigIntStats } from "node:fs";
import { type FileHandle, stat } from "node:fs/promises";

/** What a change of a file changes; undefined for a pipe or a device, which have no content of their own. */
export type FileStamp = Pick<BigIntStats, "ino" | "size" | "mtimeNs"> | undefined;

/** The stamp of a file that is open, or of whatever lies at a path. */
export async function stampOf(file: FileHandle | string): Promise<FileStamp> {
  const stats = await (typeof file === "string" ? stat(file, { bigint: true }) : file.stat({ bigint: true }));
  return stats.isFile() ? stats : undefined;
}

/** Whether a file was not changed in between, as far as stamps tell; a pipe or a device always may. */
export const isSameStamp = (before: FileStamp, after: FileStamp): boolean =>
  before !== undefined && changeOf(before, after) === undefined;

/** @throws Error if there is another file at a path than before, or one of another size or time */
export async function requireUnchanged(who: string, path: string, before: FileStamp): Promise<void> {
  const change = before && changeOf(before, await stampOf(path).catch(() => undefined));
  if (change) throw new Error(`${who}: ${path} must not change while it is read, got ${change}`);
}

function changeOf(before: NonNullable<FileStamp>, after: FileStamp): string | undefined {
  if (!after) return "nothing there any more";
  if (after.size !== before.size) return `${after.size} bytes after ${before.size}`;
  if (after.ino !== before.ino) return "another file in its place";
  return after.mtimeNs === before.mtimeNs ? undefined : "another time of change";
}
