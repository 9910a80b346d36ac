import { rmSync } from "node:fs";
import { DurableFile } from "./durableFile.js";

/** Writes a value as JSON that people can read, whole or not at all. */
export function writeJson(path: string, value: unknown): void {
  const file = new DurableFile(path);
  try {
    file.write(new TextEncoder().encode(`${JSON.stringify(value, undefined, 2)}\n`));
    file.commit();
  } catch (error) {
    rmSync(file.path, { force: true }); // the rename may have been done, and not have reached the disk
    throw error;
  }
}
