import { createHash } from "node:crypto";
import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, readFileSync } from "node:fs";
import { readdir, readFile, rm } from "node:fs/promises";
import { basename, join } from "node:path";
import { CHECKPOINT_STATE as STATE } from "../../schemas/runFolder.js";
import type { StateArray } from "../../schemas/state.js";
import { DurableFile, partialPathOf, syncFolder } from "../../storage/files/durableFile.js";
import { writeArray } from "../../storage/tables/arrayFile.js";
import { type FileRecord, faultOf, recordFile } from "../record/fileRecord.js";
import { removeOwnFolder } from "../record/ownFolder.js";
import type { RunIdentity } from "../record/runIdentity.js";
import type { SavedState } from "./savedState.js";

/** What a checkpoint holds, beside files. */
export interface Checkpoint {
  readonly identity: RunIdentity;
  /** Missing until the first step is done. */
  readonly state?: SavedState | undefined;
}

const FORMAT = 3;

/** What the unfinished run in a folder was begun with, as far as it can be read. */
export function identityIn(checkpoint: string): RunIdentity | undefined {
  try {
    return parse(readFileSync(join(checkpoint, STATE), "utf8"), checkpoint).identity;
  } catch {
    return undefined; // what cannot be read tells nothing
  }
}

/**
 * The folder of a run's checkpoint: `state.json`, and the files that it names with their hashes. Files never change once a state
 * names them, and a new state takes the place of the old one in one step, after all its files are on the disk: whenever the
 * process ends, one whole checkpoint is there.
 */
export class CheckpointFolder {
  /** Of files that are on the disk. */
  #records = new Map<string, FileRecord>();
  readonly #held = new Set<string>();
  #hasState = true;

  constructor(readonly path: string) {}

  get exists(): boolean {
    return existsSync(join(this.path, STATE));
  }

  /** As far as this process knows, it says more than what the run was begun with. */
  get hasState(): boolean {
    return this.#hasState;
  }

  /** @throws SyntaxError for what is no plain name, which no checkpoint of ours has */
  file(name: string): string {
    if (name === "" || basename(name) !== name || name === "..")
      throw damaged(this.path, `must name files of its own, got ${JSON.stringify(name)}`);
    return join(this.path, name);
  }

  /** Begins anew, with nothing in it. */
  async clear(): Promise<void> {
    await this.remove();
    mkdirSync(this.path, { recursive: true });
  }

  /** @throws Error for a folder of the same name that is somebody else's */
  async removeEarlier(): Promise<void> {
    await removeOwnFolder(this.path, [STATE, partialPathOf(STATE)]);
  }

  async remove(): Promise<void> {
    this.#records.clear();
    await rm(this.path, { recursive: true, force: true });
  }

  /** Keeps files until the run is over: values are read from them again, also when no checkpoint names them any more. */
  hold(names: Iterable<string>): void {
    for (const name of names) this.#held.add(name);
  }

  /** Writes a file that the next checkpoint may name. */
  writeArray(name: string, values: StateArray): void {
    this.#records.set(name, { path: name, ...writeArray(this.file(name), values) });
  }

  /** Makes a checkpoint of these files and forgets the one before. */
  async write(checkpoint: Checkpoint, names: Iterable<string>): Promise<void> {
    const records = new Map<string, FileRecord>();
    for (const name of names) records.set(name, this.#records.get(name) ?? (await this.#settle(name)));
    syncFolder(this.path); // the names of new files first
    const content = JSON.stringify({ format: FORMAT, ...checkpoint, files: [...records.values()] });
    const file = new DurableFile(this.file(STATE));
    file.write(Buffer.from(`{"sha256":"${sha256(content)}","checkpoint":${content}}\n`));
    file.commit();
    this.#hasState = checkpoint.state !== undefined;
    const dropped = [...this.#records.keys()].filter((name) => !records.has(name) && !this.#held.has(name));
    this.#records = records;
    for (const name of dropped) await rm(this.file(name), { force: true });
  }

  /**
   * The last checkpoint, with all of its files as they were written. What a killed run left besides is removed.
   * @throws SyntaxError if any byte of it is not as it was written
   */
  async read(): Promise<Checkpoint> {
    const path = this.file(STATE);
    const { files, ...checkpoint } = parse(await readFile(path, "utf8"), path);
    for (const record of files) {
      const fault = await faultOf(this.file(record.path), record);
      if (fault) throw damaged(this.file(record.path), fault);
    }
    this.#records = new Map(files.map((record) => [record.path, record]));
    for (const name of await readdir(this.path))
      if (name !== STATE && !this.#records.has(name)) await rm(this.file(name), { recursive: true, force: true });
    return checkpoint;
  }

  /** Where the outputs of its run go, as far as it can be read. */
  outputs(): readonly string[] {
    return identityIn(this.path)?.outputs ?? [];
  }

  /** A new file, on the disk and hashed. */
  async #settle(name: string): Promise<FileRecord> {
    const descriptor = openSync(this.file(name), "r+");
    try {
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
    return recordFile(this.file(name), name);
  }
}

function parse(text: string, path: string): Checkpoint & { readonly files: readonly FileRecord[] } {
  const match = /^\{"sha256":"([0-9a-f]{64})","checkpoint":(.*)\}\n$/s.exec(text);
  if (!match || sha256(match[2]!) !== match[1]) throw damaged(path, "must be as it was written, got something else");
  const { format, ...checkpoint } = JSON.parse(match[2]!);
  if (format !== FORMAT) throw damaged(path, `must have the format ${FORMAT}, got ${format}`);
  return checkpoint;
}

const damaged = (path: string, fault: string) => new SyntaxError(`${path}: ${fault}; --force starts anew`);

const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");
