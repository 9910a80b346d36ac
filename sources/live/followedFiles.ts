import { type FileHandle, readdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Ledger } from "../../runtime/ledger.js";
import { millisecondsOf } from "../../schemas/fields.js";
import type { TextBatch } from "../../schemas/text.js";
import type { DocumentSieve } from "../documents/documentSieve.js";
import { InputReport, type InputStart } from "../documents/inputReport.js";
import { listPresentFiles, type OnRunFolder } from "../documents/listFiles.js";
import type { RecordFormat, RecordSettings } from "../documents/recordTaker.js";
import type { TextWriter } from "../documents/textWriter.js";
import { copyOf, type Extent, goesOnBehind, isNameOfCopy } from "./copiedFile.js";
import { inodeIn, keyAt, keyOf, openIfThere } from "./fileKey.js";
import { bytesBefore, type FileMark, FollowedFile, lastLineStart, type Start } from "./followedFile.js";

/** Where all the files that are followed stand. */
export interface FollowMark {
  readonly files: readonly FileMark[];
  /** Documents begun. */
  readonly begun: number;
}

export interface FollowSettings extends RecordSettings {
  readonly format: RecordFormat;
  readonly paths: readonly string[];
  readonly start: "beginning" | "end";
  readonly pollInterval: string;
  readonly lingerFor: string;
  readonly chunkSize: number;
}

/** Others are to be read, too, while one grows faster than it is read. */
const CHUNKS_IN_A_ROW = 16;

/** The files that paths stand for, known by where they lie on the disk and not by their names, which rotation changes. */
export class FollowedFiles {
  readonly #settings: FollowSettings;
  readonly #writer: TextWriter;
  readonly #ledger: Ledger;
  readonly #sieve: DocumentSieve;
  readonly #files = new Map<string, FollowedFile>();
  /** The keys of those that have none of the names any more; they are read first. */
  #unnamed = new Set<string>();
  /** Where an earlier run stood in files that are not there; they may come back. */
  #missing: FileMark[] = [];
  readonly #onRunFolder: OnRunFolder;
  /** Files that are not followed because they are copies of such, by key. */
  readonly #copies = new Map<string, { readonly path: string; readonly extent: Extent }>();
  #isBehind = false;

  constructor(
    settings: FollowSettings,
    writer: TextWriter,
    ledger: Ledger,
    sieve: DocumentSieve,
    onRunFolder: OnRunFolder,
  ) {
    this.#settings = settings;
    this.#writer = writer;
    this.#ledger = ledger;
    this.#sieve = sieve;
    this.#onRunFolder = onRunFolder;
  }

  /** Finds the files, at the places where an earlier run stood, if one goes on. */
  async begin(mark: FollowMark | undefined): Promise<void> {
    if (!mark) return this.#lookFor(this.#settings.start === "end" ? lastLineStart : fromBeginning);
    this.#missing = [...mark.files];
    await this.look();
    for (const folder of new Set(this.#missing.map(({ path }) => dirname(path)))) await this.#lookForRenamed(folder);
    for (const { path } of this.#missing) this.#report(path).add("lostFiles", 1);
  }

  /** Finds new files, and those that have lost their name. */
  look(): Promise<void> {
    return this.#lookFor(fromBeginning);
  }

  /** Reads what has come, one chunk at a time. */
  async *read(): AsyncGenerator<void> {
    const named = [...this.#files.keys()].filter((key) => !this.#unnamed.has(key));
    this.#isBehind = false;
    for (const key of [...this.#unnamed, ...named]) {
      let chunks = 0;
      for (; chunks < CHUNKS_IN_A_ROW && (await this.#readChunk(key)); chunks++) yield;
      this.#isBehind ||= chunks === CHUNKS_IN_A_ROW;
    }
  }

  /** A file had more than was read of it at once. */
  get isBehind(): boolean {
    return this.#isBehind;
  }

  take(): TextBatch {
    const { position, ...batch } = this.#writer.take();
    const followed = [...this.#files.values()];
    const files = [...followed.map(({ mark }) => mark), ...this.#missing];
    return {
      ...batch,
      position: {
        ...position,
        waiting: { bytes: followed.reduce((bytes, { unread }) => bytes + unread, 0) },
        // Only written out if it is asked for: a batch may stand between thousands of files.
        get cursor() {
          return JSON.stringify({ files, begun: position.documents } satisfies FollowMark);
        },
      },
    };
  }

  async close(): Promise<void> {
    for (const { handle } of this.#files.values()) await handle.close();
  }

  async #lookFor(startOf: StartOf): Promise<void> {
    const gone = new Set(this.#files.keys());
    const others = new Map<string, string>();
    for (const { path } of await listPresentFiles(this.#settings.paths, "tail", this.#onRunFolder)) {
      const key = await keyAt(path);
      if (key && !gone.delete(key) && !this.#files.has(key) && !others.has(key)) others.set(key, path);
    }
    this.#unnamed = gone;
    for (const key of this.#copies.keys()) if (!others.has(key)) this.#copies.delete(key);
    // Those at which an earlier run stood come first: others may be copies of them.
    const isSought = (key: string) => this.#missing.some(({ inode }) => inode === inodeIn(key));
    for (const [key, path] of others) if (isSought(key)) await this.#open(path, startOf);
    const unlessCopy = (key: string, path: string): StartOf => {
      return async (handle) => ((await this.#isCopy(handle, key, path)) ? undefined : startOf(handle));
    };
    for (const [key, path] of others) if (!this.#files.has(key)) await this.#open(path, unlessCopy(key, path));
  }

  /** Files that were read and have other names in the same folder now, and copies that were made of them before they were cut. */
  async #lookForRenamed(folder: string): Promise<void> {
    for (const name of await readdir(folder).catch(() => [])) {
      const path = join(folder, name);
      const key = await keyAt(path);
      const mayBe = ({ inode, path: of }: FileMark) => inode === inodeIn(key!) || isNameOfCopy(path, of);
      const isSought = key && !this.#files.has(key) && this.#missing.some(mayBe);
      const opened = isSought ? await this.#open(path, undefined).catch(() => undefined) : undefined;
      if (opened) this.#unnamed.add(opened);
    }
  }

  /** Follows a file from where an earlier run stood in it, or else from a start; its key, if it is there and has one. */
  async #open(path: string, startOf: StartOf | undefined): Promise<string | undefined> {
    const handle = await openIfThere(path);
    if (!handle) return undefined;
    const key = await keyOf(handle);
    const known = (await this.#findMark(handle, inodeIn(key))) ?? (await this.#findMarkOfCopied(handle, path));
    const start = known ?? (await startOf?.(handle));
    if (start) this.#add(known?.path ?? path, key, handle, start);
    else await handle.close();
    return start && key;
  }

  async #findMark(handle: FileHandle, inode: string): Promise<(FileMark & Start) | undefined> {
    const index = this.#missing.findIndex((mark) => mark.inode === inode);
    const mark = this.#missing[index];
    const bytes = mark && (await bytesBefore(handle, mark));
    if (!bytes) return undefined;
    this.#missing.splice(index, 1);
    return { ...mark, bytes };
  }

  /** Where a file was read up to before it was cut, if this is the copy that was made of it. */
  async #findMarkOfCopied(handle: FileHandle, path: string): Promise<(Start & { path: string }) | undefined> {
    for (const [index, mark] of this.#missing.entries()) {
      if (!isNameOfCopy(path, mark.path) || !(await goesOnBehind(handle, mark))) continue;
      this.#missing.splice(index, 1);
      return { ...mark, bytes: (await bytesBefore(handle, mark))! };
    }
    return undefined;
  }

  /** Whether it is a copy of a file that is followed, which is counted once it is whole. */
  async #isCopy(handle: FileHandle, key: string, path: string): Promise<boolean> {
    const seen = this.#copies.get(key)?.extent;
    for (const { handle: original, name, mark } of this.#files.values()) {
      const extent = mark.offset > 0 && isNameOfCopy(path, name) && (await copyOf(original, mark, handle, seen));
      if (!extent) continue;
      if (extent === "whole" && seen !== "whole") this.#report(path).add("copiedFiles", 1);
      this.#copies.set(key, { path, extent });
      return true;
    }
    this.#copies.delete(key);
    return false;
  }

  #report(path: string, start?: InputStart): InputReport {
    return new InputReport("tail", path, this.#ledger, this.#sieve, start);
  }

  #add(path: string, key: string, handle: FileHandle, start: Start): FollowedFile {
    const report = this.#report(path, start);
    const file = new FollowedFile(handle, inodeIn(key), start, this.#settings, report, this.#writer);
    this.#files.set(key, file);
    return file;
  }

  /** Whether there was more. */
  async #readChunk(key: string): Promise<boolean> {
    const file = this.#files.get(key)!;
    this.#writer.open(file.name, file.mark.offset);
    const found = await file.read();
    if (found === "more") file.quietLooks = 0;
    else if (found === "nothing" && this.#unnamed.has(key)) await this.#letGo(key, file);
    else if (found === "other text") await this.#beginAgain(key, file);
    else if (found === "hole") this.#passHole(key, file);
    return found !== "nothing";
  }

  /** The file was cut, or written anew. What was not read of it may stand in a copy. */
  async #beginAgain(key: string, file: FollowedFile): Promise<void> {
    const { mark, name } = file;
    const report = this.#report(name);
    this.#missing.push(mark);
    await this.#lookForRenamed(dirname(name));
    const isLost = this.#missing.includes(mark);
    if (isLost) file.finish();
    report.add("cutFiles", 1);
    report.add("lostBytes", isLost ? file.unread : 0);
    this.#missing = this.#missing.filter((other) => other !== mark);
    // Other copies, or one that ends before the mark, have nothing more.
    for (const [copy, { path }] of this.#copies)
      if (isNameOfCopy(path, name) && !this.#files.has(copy)) await this.#open(path, lastLineStart);
    const again = this.#add(name, key, file.handle, BEGINNING);
    if (isLost) again.sizeBeforeCut = file.size;
  }

  /** Behind a hole that a cut has left, the writer tells how much it had written by then. */
  #passHole(key: string, file: FollowedFile): void {
    const start = file.behindHole;
    const report = this.#report(file.name);
    report.add("nulBytes", start.offset - file.mark.offset);
    if (file.mark.offset === 0) report.add("lostBytes", start.offset - (file.sizeBeforeCut ?? start.offset));
    this.#add(file.name, key, file.handle, start);
  }

  /** Whoever wrote it may go on for a while under the old name. */
  async #letGo(key: string, file: FollowedFile): Promise<void> {
    const { lingerFor, pollInterval } = this.#settings;
    if (++file.quietLooks * millisecondsOf(pollInterval) < millisecondsOf(lingerFor)) return;
    file.finish();
    this.#files.delete(key);
    this.#unnamed.delete(key);
    await file.handle.close();
  }
}

/** From where a file is read, if it is. */
type StartOf = (handle: FileHandle) => Promise<Start | undefined>;

const BEGINNING: Start = { offset: 0, line: 1, documents: 0, bytes: new Uint8Array(0) };
const fromBeginning: StartOf = async () => BEGINNING;
