import { join } from "node:path";
import { type FileRecord, faultOf } from "./fileRecord.js";
import { readManifest } from "./readManifest.js";

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
    verified.push({ path, fault: await faultOf(path, record) });
  }
  return verified;
}
