import { lstatSync, renameSync, rmSync, symlinkSync } from "node:fs";
import { basename, dirname } from "node:path";
import { partialPathOf, syncFolder } from "../../storage/files/durableFile.js";

/**
 * Lets a link lead to a file of its folder. It is made beside its name, so that there is always one.
 * @throws Error if a file of somebody else has its name
 */
export function pointTo(link: string, target: string): void {
  if (lstatSync(link, { throwIfNoEntry: false })?.isSymbolicLink() === false)
    throw new Error(`${link}: must be a link to the newest file, or nothing, got something else there`);
  const beside = partialPathOf(link);
  rmSync(beside, { force: true }); // what a killed run left
  symlinkSync(basename(target), beside);
  renameSync(beside, link);
  syncFolder(dirname(link));
}
