import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { isPlainObject } from "../schemas/index.js";
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
  const { inputs, outputs } = await readManifest(join(folder, "manifest.json"));
  const files = [
    ...outputs.map((record) => ({ record, place: join(folder, record.path) })),
    ...inputs.map((record) => ({ record, place: record.path })),
  ];
  const verified: VerifiedFile[] = [];
  for (const { record, place } of files) verified.push({ path: place, fault: await faultOf(record, place) });
  return verified;
}

async function faultOf(expected: FileRecord, place: string): Promise<string | undefined> {
  try {
    const found = await recordFile(place, expected.path);
    if (found.bytes !== expected.bytes) return `must have ${expected.bytes} bytes, got ${found.bytes}`;
    return found.sha256 === expected.sha256 ? undefined : `must have SHA-256 ${expected.sha256}, got ${found.sha256}`;
  } catch (error) {
    return `must be readable, got ${(error as NodeJS.ErrnoException).code ?? (error as Error).message}`;
  }
}

async function readManifest(path: string): Promise<{ inputs: FileRecord[]; outputs: FileRecord[] }> {
  const text = await readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
    throw new Error(`verify: ${path} must be the manifest of a finished run, got ${error.code}`);
  });
  const manifest = parsed(text);
  if (!isPlainObject(manifest) || !isRecords(manifest.inputs) || !isRecords(manifest.outputs)) {
    throw new SyntaxError(
      `verify: ${path} must be a manifest of lexstream with inputs and outputs, got something else`,
    );
  }
  return { inputs: manifest.inputs, outputs: manifest.outputs };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isRecords(value: unknown): value is FileRecord[] {
  const isRecord = (record: unknown) =>
    isPlainObject(record) &&
    typeof record.path === "string" &&
    typeof record.bytes === "number" &&
    typeof record.sha256 === "string";
  return Array.isArray(value) && value.every(isRecord);
}
