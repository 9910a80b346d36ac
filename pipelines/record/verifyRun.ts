import { join } from "node:path";
import { type FileRecord, faultOf } from "./fileRecord.js";
import type { Manifest } from "./manifest.js";
import { inputPlace, readManifest } from "./readManifest.js";

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
  const manifest = await readManifest(folder, "verify");
  const outputs = await verifyAll(manifest.outputs, (path) => join(folder, path));
  return [...outputs, ...(await verifyInputs(folder, manifest))];
}

/** The same of the inputs alone. */
export function verifyInputs(folder: string, manifest: Manifest): Promise<VerifiedFile[]> {
  return verifyAll(manifest.inputs, (path) => inputPlace(folder, manifest, path));
}

async function verifyAll(records: readonly FileRecord[], placeOf: (path: string) => string): Promise<VerifiedFile[]> {
  const verified: VerifiedFile[] = [];
  for (const record of records) {
    const path = placeOf(record.path);
    verified.push({ path, fault: await faultOf(path, record) });
  }
  return verified;
}
