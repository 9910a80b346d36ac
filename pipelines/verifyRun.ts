import { join } from "node:path";
import { readManifest } from "./readManifest.js";
import { type FileRecord, recordFile } from "./runDirectory.js";

export interface VerifiedFile {
  readonly path: string;
  /** What is wrong with it; undefined if it is as the manifest says. */
  readonly fault: string | undefined;
}

/**
 * Hashes again every file that a run's manifest names: the outputs in its folder, the inputs where they were read.
 * @throws Error if the folder has no manifest; SyntaxError if it is not one of ours
 */
export async function verifyRun(folder: string): Promise<VerifiedFile[]> {
  const { outputs } = await readManifest(folder, "verify");
  return [...(await verifyAll(outputs, (path) => join(folder, path))), ...(await verifyInputs(folder))];
}

/** The same of the inputs alone. */
export async function verifyInputs(folder: string): Promise<VerifiedFile[]> {
  const { inputs } = await readManifest(folder, "verify");
  return verifyAll(inputs, (path) => path);
}

async function verifyAll(records: readonly FileRecord[], placeOf: (path: string) => string): Promise<VerifiedFile[]> {
  const verified: VerifiedFile[] = [];
  for (const record of records) {
    const path = placeOf(record.path);
    verified.push({ path, fault: await faultOf(record, path) });
  }
  return verified;
}

async function faultOf(expected: FileRecord, place: string): Promise<string | undefined> {
  try {
    return differenceOf(expected, await recordFile(place, expected.path));
  } catch (error) {
    return `must be readable, got ${(error as NodeJS.ErrnoException).code ?? (error as Error).message}`;
  }
}

/** What tells a file from the one that was expected; undefined if nothing does. */
export function differenceOf(expected: FileRecord, found: FileRecord): string | undefined {
  if (found.bytes !== expected.bytes) return `must have ${expected.bytes} bytes, got ${found.bytes}`;
  return found.sha256 === expected.sha256 ? undefined : `must have SHA-256 ${expected.sha256}, got ${found.sha256}`;
}
