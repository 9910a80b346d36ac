import { mkdir, readdir, readFile, rm, stat } from "node:fs/promises";
import { join, relative } from "node:path";
import { DurableFile } from "../sinks/durableFile.js";
import { resolveInside } from "../sinks/resolveInside.js";
import { hashFile } from "../sources/hashFile.js";
import { LOCK, RunLock } from "./runLock.js";

export interface FileRecord {
  /** Inputs as the config names them, outputs relative to the run's folder. */
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
  readonly rows?: number;
}

/** Names in a run's folder that no output may take. */
export const MANIFEST = "manifest.json";
export const SCRATCH = ".scratch";

/**
 * The folder of one run. It must be new or empty, unless `force`, which first removes the files that an earlier run's manifest
 * names. Outputs appear under their final names when they are whole; the manifest comes last, so that a folder with a manifest is
 * a finished run. While it lasts the folder is locked against other runs.
 */
export class RunDirectory {
  private constructor(
    readonly folder: string,
    readonly lock: RunLock,
  ) {}

  /** @throws Error if another run holds the folder, or if it is not empty */
  static async open(folder: string, force: boolean): Promise<RunDirectory> {
    await mkdir(folder, { recursive: true });
    const directory = new RunDirectory(folder, RunLock.take(folder));
    try {
      if (force) await directory.#removeEarlierRun();
      else await directory.#requireEmpty();
      await rm(directory.scratch, { recursive: true, force: true });
      await mkdir(directory.scratch);
      return directory;
    } catch (error) {
      directory.lock.release();
      throw error;
    }
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

  async record(file: string, rows: number | undefined): Promise<FileRecord> {
    const record = await recordFile(file, relative(this.folder, file));
    return rows === undefined ? record : { ...record, rows };
  }

  writeJson(path: string, value: unknown): void {
    const file = new DurableFile(join(this.folder, path));
    file.write(new TextEncoder().encode(`${JSON.stringify(value, undefined, 2)}\n`));
    file.commit();
  }

  /** Removes the scratch folder and lets other runs in; to be called however the run ended. */
  async close(): Promise<void> {
    await rm(this.scratch, { recursive: true, force: true });
    this.lock.release();
  }

  async #requireEmpty(): Promise<void> {
    const found = (await readdir(this.folder)).filter((name) => name !== SCRATCH && !name.startsWith(LOCK));
    if (found.length === 0) return;
    const some = found.slice(0, 3).join(", ");
    throw new Error(
      `run: the output folder must be new or empty, found ${found.length} entries (${some}) in ${this.folder}; --force replaces an earlier run`,
    );
  }

  async #removeEarlierRun(): Promise<void> {
    const path = join(this.folder, MANIFEST);
    const text = await readFile(path, "utf8").catch(() => undefined);
    if (text === undefined) return;
    for (const file of outputsNamedBy(text)) await rm(join(this.folder, file), { force: true });
    await rm(path);
  }
}

/** The outputs of an earlier manifest that lie inside its folder; none if the file is not a manifest of ours. */
function outputsNamedBy(manifest: string): string[] {
  try {
    const { outputs } = JSON.parse(manifest) as { outputs?: { path?: unknown }[] };
    return (outputs ?? [])
      .map(({ path }) => String(path))
      .filter((path) => !path.startsWith("/") && !path.split(/[/\\]/).includes(".."));
  } catch {
    return [];
  }
}

/** A file as a manifest names it. */
export async function recordFile(file: string, path: string): Promise<FileRecord> {
  const { size } = await stat(file);
  return { path, bytes: size, sha256: await hashFile(file) };
}
