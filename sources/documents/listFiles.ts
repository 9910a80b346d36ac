import type { Stats } from "node:fs";
import { stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import { glob, isDynamicPattern } from "tinyglobby";
import { compareCodePoints } from "../../kernels/text/compareCodePoints.js";
import { plural } from "../../schemas/plural.js";
import { unreadable } from "../../storage/files/unreadable.js";
import { isKnownName, isPackedName } from "./fileFormats.js";
import { globFault } from "./globLimits.js";
import { RunFolders } from "./runFolders.js";

export interface InputFile {
  readonly path: string;
  /** Bytes on disk. */
  readonly size: number;
}

/** Told of each folder of a run that is left out. */
export type OnRunFolder = (folder: string) => void;

/**
 * The files that paths, globs and folders stand for, in the order in which `files` reads them: the order given, and inside a
 * glob or a folder by code point of the path. A file that is named more than once is read once, at its first place.
 *
 * A path that exists is taken as it is, even with a `*` in its name. A folder stands for the files in and below it whose names
 * say that they hold text (`.txt`, `.md`, `.jsonl`, ..., also packed); names that begin with a dot are passed over. What a run has written
 * is left out, if its folder lies below a folder that is named, or where a `**` leads.
 * @throws Error for a missing file, a glob without a match, a folder without such a file, and a pipe, a socket or a device
 */
export async function listFiles(
  paths: readonly string[],
  who = "listFiles",
  onRunFolder?: OnRunFolder,
): Promise<InputFile[]> {
  const found = new Map<string, InputFile>();
  for (const path of paths) {
    const there = await find(path, who, onRunFolder);
    if (there.files.length === 0) throw new Error(`${who}: ${there.lacking}`);
    for (const file of there.files) setOnce(found, file);
  }
  return [...found.values()];
}

/** Those of the same files that are there now, if any are; without what is packed, in folders and by globs. */
export async function listPresentFiles(
  paths: readonly string[],
  who: string,
  onRunFolder?: OnRunFolder,
): Promise<InputFile[]> {
  const found = new Map<string, InputFile>();
  for (const path of paths) {
    const { files } = await find(path, who, onRunFolder);
    for (const file of files) if (file.path === path || !isPackedName(file.path)) setOnce(found, file);
  }
  return [...found.values()];
}

function setOnce(found: Map<string, InputFile>, file: InputFile): void {
  const place = resolve(file.path);
  if (!found.has(place)) found.set(place, file);
}

interface Found {
  readonly files: readonly InputFile[];
  /** What must be there, and was found, if no file was. */
  readonly lacking: string;
}

async function find(path: string, who: string, onRunFolder: OnRunFolder = () => {}): Promise<Found> {
  const stats = await statIfExists(path, who);
  if (stats?.isDirectory()) return folder(path, who, onRunFolder);
  if (stats) return { files: [regularFile(path, stats, who)], lacking: "" };
  if (!isDynamicPattern(path))
    return { files: [], lacking: `${path} must be a file, a folder or a glob, got nothing there` };
  const fault = globFault(path);
  if (fault) throw new RangeError(`${who}: the glob ${path.slice(0, 100)} ${fault}`);
  const all = await glob(path, { expandDirectories: false, extglob: false });
  const matches = path.includes("**") ? await outsideRuns(all, fixedPart(path), onRunFolder) : all;
  const found = all.length === 0 ? "none" : "those of runs alone";
  return { files: await withSizes(matches, who), lacking: `the glob ${path} must match a file, got ${found}` };
}

async function folder(path: string, who: string, onRunFolder: OnRunFolder): Promise<Found> {
  const all = await glob("**/*", { cwd: path, expandDirectories: false });
  const known = all.filter(isKnownName).map((name) => join(path, name));
  const taken = await outsideRuns(known, path, onRunFolder);
  const others =
    known.length > 0
      ? "those of runs alone"
      : `${plural(all.length, "file")} of other kinds; a glob takes files of any name`;
  const found = all.length === 0 ? "an empty one" : others;
  return { files: await withSizes(taken, who), lacking: `the folder ${path} must hold text files, got ${found}` };
}

/** The folder that a glob starts from. */
function fixedPart(pattern: string): string {
  const names = pattern.split("/");
  const fixed = names.slice(
    0,
    names.findIndex((name) => isDynamicPattern(name)),
  );
  return fixed.length === 1 && fixed[0] === "" ? "/" : fixed.join("/") || ".";
}

/** The files that no run has written. */
async function outsideRuns(paths: readonly string[], top: string, onRunFolder: OnRunFolder): Promise<string[]> {
  const runs = new RunFolders(top);
  const outside: string[] = [];
  for (const path of paths) {
    const run = await runs.around(path);
    if (run === undefined) outside.push(path);
    else onRunFolder(run);
  }
  return outside;
}

async function withSizes(paths: readonly string[], who: string): Promise<InputFile[]> {
  const files: InputFile[] = [];
  for (const path of paths.toSorted(compareCodePoints)) {
    const stats = await statIfExists(path, who);
    if (stats) files.push(regularFile(path, stats, who));
  }
  return files;
}

/** What has no content of its own cannot be read again, and perhaps never ends. */
function regularFile(path: string, stats: Stats, who: string): InputFile {
  if (stats.isFile()) return { path, size: stats.size };
  const kind = stats.isFIFO() ? "a pipe" : stats.isSocket() ? "a socket" : "a device";
  throw new Error(
    `${who}: ${path} must be a regular file, got ${kind}; the source stdin reads what can be read only once`,
  );
}

async function statIfExists(path: string, who: string): Promise<Stats | undefined> {
  try {
    return await stat(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw unreadable(who, path, error);
  }
}
