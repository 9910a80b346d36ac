import { stat } from "node:fs/promises";
import { plural } from "../../schemas/plural.js";
import { hashFile, hashWritten } from "../../storage/files/hashFile.js";

export interface FileRecord {
  /** In a manifest, relative to the run's folder. */
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
  readonly rows?: number;
}

/** What a file of a run holds. Left out for reports, and for what lies beside a file. */
export interface HeldData {
  /** The kind of data. */
  readonly holds: string;
  /** The branch whose step wrote it; left out for the shared steps. */
  readonly branch?: string;
  /** The step that made what it holds: files of the same hold the same value. */
  readonly madeBy: string;
}

export interface OutputRecord extends FileRecord, Partial<HeldData> {}

/** A file as a manifest names it. */
export async function recordFile(file: string, path: string, signal?: AbortSignal): Promise<FileRecord> {
  return { path, bytes: await sizeOf(file), sha256: await hashFile(file, signal) };
}

/** A file that this process wrote: what was hashed meanwhile is not read again. */
export async function recordWritten(file: string, path: string): Promise<FileRecord> {
  return { path, bytes: await sizeOf(file), sha256: await hashWritten(file) };
}

async function sizeOf(file: string): Promise<number> {
  const stats = await stat(file);
  if (!stats.isFile()) throw new Error(`${file}: must be a regular file, got something else`); // perhaps one without an end
  return stats.size;
}

/** What is wrong with a file, by its record; undefined if nothing is. */
export async function faultOf(file: string, expected: FileRecord): Promise<string | undefined> {
  try {
    return differenceOf(expected, await recordFile(file, expected.path));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return "must be there, got nothing in its place";
    return `must be readable, got ${(error as NodeJS.ErrnoException).code ?? (error as Error).message}`;
  }
}

/** What tells a file from the one that was expected; undefined if nothing does. */
export function differenceOf(expected: FileRecord, found: FileRecord): string | undefined {
  if (found.bytes !== expected.bytes) return `must have ${plural(expected.bytes, "byte")}, got ${found.bytes}`;
  return found.sha256 === expected.sha256 ? undefined : `must have SHA-256 ${expected.sha256}, got ${found.sha256}`;
}
