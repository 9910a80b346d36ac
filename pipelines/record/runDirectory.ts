import { existsSync, lstatSync, statSync } from "node:fs";
import { readdir, readFile, rm } from "node:fs/promises";
import { dirname, join, relative, sep } from "node:path";
import { isPlainObject } from "../../schemas/index.js";
import { plural } from "../../schemas/plural.js";
import { CHECKPOINT, HISTORY, LOCK, MANIFEST, SCRATCH } from "../../schemas/runFolder.js";
import { partialPathOf } from "../../storage/files/durableFile.js";
import { makeFolder } from "../../storage/files/makeFolder.js";
import { resolveInside } from "../../storage/files/resolveInside.js";
import { writeJson } from "../../storage/files/writeJson.js";
import { CheckpointFolder } from "../checkpoint/checkpointFolder.js";
import { snapshotFiles } from "../running/snapshots.js";
import { type FileRecord, recordWritten } from "./fileRecord.js";
import { makeOwnFolder, removeOwnFolder } from "./ownFolder.js";
import { RunLock } from "./runLock.js";

export { CHECKPOINT, MANIFEST };

const isOfTheRun = (name: string) => [SCRATCH, CHECKPOINT, HISTORY].includes(name) || name.startsWith(LOCK);

export interface OpenOptions {
  /** Remove what an earlier run made. */
  readonly force?: boolean | undefined;
  /** Go on with an earlier run, if there is one. */
  readonly resume?: boolean | undefined;
  /** Files, relative to the folder, that a run adds to and that outlive it, whatever becomes of it. */
  readonly kept?: readonly string[];
}

function makeRunFolder(folder: string): void {
  try {
    makeFolder(folder);
  } catch (cause) {
    throw new Error(`run: the output folder must be one that can be made, got ${(cause as Error).message}`, { cause });
  }
}

/**
 * The folder of one run. It must be new or empty, or hold a run to go on with; or `force` first removes the files that an earlier run
 * made. Outputs appear under their final names when they are whole; the manifest comes last, so that a folder with a manifest is
 * a finished run. While it lasts the folder is locked against other runs.
 */
export class RunDirectory {
  readonly checkpoint: CheckpointFolder;

  private constructor(
    readonly folder: string,
    readonly lock: RunLock,
  ) {
    this.checkpoint = new CheckpointFolder(join(folder, CHECKPOINT));
  }

  /** @throws Error if the folder cannot be made, if another run holds it, or if it is not empty */
  static async open(folder: string, options: OpenOptions): Promise<RunDirectory> {
    makeRunFolder(folder);
    const directory = new RunDirectory(folder, RunLock.take(folder));
    try {
      await directory.#prepare(options);
      return directory;
    } catch (error) {
      directory.lock.release();
      throw error;
    }
  }

  /** It has a manifest. */
  get isFinished(): boolean {
    return existsSync(join(this.folder, MANIFEST));
  }

  /** For what a run needs while it lasts. */
  get scratch(): string {
    return join(this.folder, SCRATCH);
  }

  /**
   * Where an output goes.
   * @throws RangeError if a link leads out of the folder
   */
  resolve(path: string): string {
    return resolveInside(this.folder, path);
  }

  /** @throws Error if a folder has the name of an output, which nothing would replace */
  requireNoFolder(path: string): void {
    if (statSync(this.resolve(path), { throwIfNoEntry: false })?.isDirectory())
      throw new Error(`run: the output ${path} must be a file to write, got a folder of that name in ${this.folder}`);
  }

  async record(file: string, rows: number | undefined): Promise<FileRecord> {
    const record = await recordWritten(file, relative(this.folder, file));
    return rows === undefined ? record : { ...record, rows };
  }

  /** Writes a file that is there only if it is whole and durable. */
  writeJson(path: string, value: unknown): void {
    writeJson(join(this.folder, path), value);
  }

  /** Removes what only the run needed and lets other runs in; to be called however it ended. A checkpoint stays that a run can go on from. */
  async close(): Promise<void> {
    if (this.isFinished || !this.checkpoint.hasState) await this.checkpoint.remove();
    await rm(this.scratch, { recursive: true, force: true });
    this.lock.release();
  }

  async #prepare({ force = false, kept = [], resume = false }: OpenOptions): Promise<void> {
    const hasRun = this.isFinished || this.checkpoint.exists;
    if (force) await this.#removeEarlierRun();
    else if (!resume || !hasRun) await this.#requireEmpty(kept);
    if (!this.checkpoint.exists) await this.checkpoint.removeEarlier(); // a run was killed before its first
    await removeOwnFolder(this.scratch);
    makeOwnFolder(this.scratch);
  }

  async #requireEmpty(kept: readonly string[]): Promise<void> {
    if (this.checkpoint.exists && !this.isFinished)
      throw new Error(`run: ${this.folder} holds an unfinished run; --resume goes on with it, --force starts anew`);
    const found = (await entriesBeside(kept, this.folder)).filter((name) => !isOfTheRun(name));
    if (found.length === 0) return;
    const some = found.slice(0, 3).join(", ");
    throw new Error(
      `run: the output folder must be new or empty, found ${plural(found.length, "entry", "entries")} (${some}) in ${this.folder}; --force replaces an earlier run`,
    );
  }

  /** A manifest may name anything: what does not lie in the folder, links on the way followed, is left alone. */
  async #removeInside(path: string): Promise<void> {
    try {
      resolveInside(this.folder, `${path}.beside`); // so that a link is removed, and not followed
    } catch {
      return;
    }
    const file = join(this.folder, path);
    if (!lstatSync(file, { throwIfNoEntry: false })?.isDirectory()) await rm(file, { force: true });
  }

  async #removeEarlierRun(): Promise<void> {
    const path = join(this.folder, MANIFEST);
    const finished = this.isFinished ? outputsNamedBy(await readFile(path, "utf8"), path) : [];
    const unfinished = this.checkpoint.outputs();
    await this.checkpoint.removeEarlier();
    const made = [...unfinished, ...unfinished.map(partialPathOf), ...finished];
    for (const file of made) {
      await this.#removeInside(file);
      for (const { name } of snapshotFiles(join(this.folder, file)))
        await this.#removeInside(join(dirname(file), name));
    }
    await rm(path, { force: true });
    await rm(join(this.folder, HISTORY), { force: true });
  }
}

/** What lies in a folder besides some files, which may lie in folders of it. */
async function entriesBeside(kept: readonly string[], folder: string, within = ""): Promise<string[]> {
  const entries = (await readdir(join(folder, within), { withFileTypes: true })).map(async (entry) => {
    const path = join(within, entry.name);
    if (kept.includes(path)) return [];
    const isAbove = entry.isDirectory() && kept.some((file) => file.startsWith(path + sep));
    return isAbove ? entriesBeside(kept, folder, path) : [path];
  });
  return (await Promise.all(entries)).flat();
}

/**
 * The outputs of an earlier manifest.
 * @throws Error if it is another program's, whose file it is
 */
function outputsNamedBy(manifest: string, path: string): string[] {
  const { outputs } = parsedObject(manifest) as { outputs?: unknown };
  const isOutput = (output: unknown) => isPlainObject(output) && typeof output.path === "string";
  if (Array.isArray(outputs) && outputs.every(isOutput)) return outputs.map((output) => output.path);
  throw new Error(`run: ${path} must be the manifest of a run for --force to replace it, got something else`);
}

function parsedObject(text: string): object {
  try {
    return Object(JSON.parse(text));
  } catch {
    return {};
  }
}
