import { lstatSync, realpathSync } from "node:fs";
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from "node:path";

/**
 * The absolute path of a file to write, which must lie inside a folder, links followed.
 *
 * In: a folder, existing or not, and a path relative to it. Out: an absolute path. A link inside the folder that leads out of it
 * is refused, wherever in the path it stands; what does not exist yet cannot lead anywhere.
 * @throws RangeError if the path is absolute, is the folder itself, or leads out of it
 * @example
 *   resolveInside("out", "vectors/english.arrow"); // "/home/me/out/vectors/english.arrow"
 */
export function resolveInside(folder: string, path: string): string {
  const target = resolve(folder, path);
  const isPlain = !path.includes("\0") && !isAbsolute(path) && isBelow(resolve(folder), target);
  if (!isPlain || !leadsInside(resolve(folder), target))
    throw new RangeError(`an output's path must lie inside the output folder ${folder}, got ${JSON.stringify(path)}`);
  return target;
}

function isBelow(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return way !== "" && way !== ".." && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}

/** Whether the path stays inside with every link followed; one that leads nowhere, or through a file, does not. */
function leadsInside(folder: string, path: string): boolean {
  try {
    return isBelow(realPath(folder), realPath(path));
  } catch {
    return false;
  }
}

/** The path with the links of its existing part followed. */
function realPath(path: string): string {
  const parent = dirname(path);
  const exists = lstatSync(path, { throwIfNoEntry: false }) !== undefined;
  return exists || parent === path ? realpathSync(path) : join(realPath(parent), basename(path));
}
