import type { FileHandle } from "node:fs/promises";
import { basename, dirname, extname, resolve } from "node:path";
import { FINGERPRINT_LENGTH } from "./fingerprint.js";
import { bytesBefore, type FileMark } from "./followedFile.js";

/** What logrotate and others add to a name: a number or a date, at its end or before its extension. */
const ADDED = /^[.\-_]\d[\d.\-_T]*$/;

/** Whether a path is one that rotation gives to a copy of a file: `news.log.1`, `news.log-20261128`, `news-20261128.log`. */
export function isNameOfCopy(path: string, of: string): boolean {
  if (dirname(resolve(path)) !== dirname(resolve(of))) return false;
  const [name, extension] = [basename(path), extname(of)];
  const stem = basename(of, extension);
  const between = name.startsWith(stem) && name.endsWith(extension) ? name.slice(stem.length, -extension.length) : "";
  return (name.startsWith(basename(of)) && ADDED.test(name.slice(basename(of).length))) || ADDED.test(between);
}

/** How much a copy has of what was read of a file. */
export type Extent = "part" | "whole";

/**
 * Whether a file has the text of another one, which was read up to a mark, as far as it goes: somebody copies that, and may cut it then,
 * or has. What was seen of it before the other one was cut counts then.
 */
export async function copyOf(
  original: FileHandle,
  mark: FileMark,
  copy: FileHandle,
  seen: Extent | undefined,
): Promise<Extent | undefined> {
  const { size } = await copy.stat(); // before that of the original, which may grow
  const { size: whole } = await original.stat();
  const isCut = (await bytesBefore(original, mark)) === undefined;
  if (isCut) return (await bytesBefore(copy, mark)) ? "whole" : seen;
  const isCopy = size <= whole && (await endAt(size, copy)).equals(await endAt(size, original));
  if (!isCopy) return undefined;
  return size < mark.offset ? "part" : "whole";
}

/** Whether a file was made of another one that had been read up to a mark, and has the rest of it. */
export async function goesOnBehind(copy: FileHandle, mark: FileMark): Promise<boolean> {
  const { mtimeMs } = await copy.stat();
  return mtimeMs >= (mark.modified ?? Number.POSITIVE_INFINITY) && (await bytesBefore(copy, mark)) !== undefined;
}

async function endAt(size: number, handle: FileHandle): Promise<Buffer> {
  const length = Math.min(size, FINGERPRINT_LENGTH);
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(length), 0, length, size - length);
  return buffer.subarray(0, bytesRead);
}
