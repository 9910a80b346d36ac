import { constants, existsSync } from "node:fs";
import { copyFile, link, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";

/**
 * A file of a run's folder under another name as well: the same bytes on the disk where one disk has both, else a copy. What was there is
 * replaced at once.
 */
export async function placeFile(file: string, place: string): Promise<void> {
  const partial = `${place}.lexstream.partial`;
  await rm(partial, { force: true });
  await link(file, partial).catch(() => copyFile(file, partial, constants.COPYFILE_FICLONE));
  await rename(partial, place);
  await rm(partial, { force: true }); // where both are one file already, rename leaves the other name
}

/** @throws Error if a file is in the place already and must not be replaced, or there is no folder for it */
export function requirePlace(place: string, mayReplace: boolean): void {
  if (!existsSync(join(dirname(place), "/"))) throw new Error(`${place}: its folder must be there, got none`);
  if (!mayReplace && existsSync(place)) throw new Error(`${place}: must not be there yet; --force replaces it`);
}
