import { existsSync, mkdirSync } from "node:fs";
import { dirname, join } from "node:path";

/**
 * Makes a folder, and those above it that are missing. Node's own `recursive` tries for ever under a folder that says of a new one that
 * it is not there, as /proc does.
 * @throws Error of the file system
 */
export function makeFolder(path: string): void {
  if (isFolder(path)) return;
  if (dirname(path) !== path) makeFolder(dirname(path));
  try {
    mkdirSync(path);
  } catch (error) {
    if (!isFolder(path)) throw error; // else another has made it since
  }
}

const isFolder = (path: string) => existsSync(join(path, "/"));
