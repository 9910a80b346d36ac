import { lstatSync, readlinkSync, realpathSync, statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { DurableFile } from "./durableFile.js";

const MAX_LINKS = 40;

/**
 * The place of a file to write that a user names: links are followed, so that a link stays and what it leads to is written, whether it is
 * there or not. What must fail later fails here, before anything is read: a file is made there and removed again.
 * @throws Error if no file can be written there
 */
export function outputPlace(who: string, path: string): string {
  const place = linkTarget(who, path);
  new DurableFile(place).discard();
  if (statSync(place, { throwIfNoEntry: false })?.isDirectory())
    throw new Error(`${who}: ${path} must be a file to write, got a folder`);
  return place;
}

function linkTarget(who: string, path: string): string {
  let place = path;
  for (let links = 0; isLink(place); links++) {
    if (links === MAX_LINKS) throw new Error(`${who}: ${path} must lead to a file, got links that lead in a circle`);
    place = resolve(realpathSync(dirname(place)), readlinkSync(place));
  }
  return place;
}

function isLink(path: string): boolean {
  try {
    return lstatSync(path).isSymbolicLink();
  } catch {
    return false; // nothing there, or nothing can be: the file that is tried tells why
  }
}
