import { mkdirSync, writeFileSync } from "node:fs";
import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";

const MARK = "lexstream";

/** Makes a folder that a run may remove with all that is in it, in a folder that may be somebody else's as well. */
export function makeOwnFolder(path: string): void {
  mkdirSync(path);
  writeFileSync(join(path, MARK), "this folder belongs to a run of lexstream, which removes it\n", { flag: "wx" });
}

/**
 * Removes one that an earlier run left, if there is one.
 * @param marks names of files by which it is known, too
 * @throws Error if it is somebody else's: it has files, and none of the marks
 */
export async function removeOwnFolder(path: string, marks: readonly string[] = []): Promise<void> {
  const names = await readdir(path).catch(({ code }: NodeJS.ErrnoException) => (code === "ENOENT" ? [] : [code!]));
  if (names.length > 0 && ![MARK, ...marks].some((mark) => names.includes(mark)))
    throw new Error(`run: ${path} must be a folder that a run made, got one with ${names[0]}; move it elsewhere`);
  await rm(path, { recursive: true, force: true });
}
