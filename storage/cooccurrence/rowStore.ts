import { closeSync, openSync, readSync, rmSync } from "node:fs";
import type { RowReader } from "../../kernels/cooccurrence/rowStream.js";
import { ScratchWriter } from "../files/scratchArrays.js";
import type { NewFile } from "../files/scratchFolder.js";

const who = "accumulateCooccurrence";

/** What a cell takes at most in common text: 1 to 3 bytes say where it is, 1 to 3 its units. */
export const cellBytes = 6;

/** Rows of a table as a RowCounter writes them, in memory as long as they are few, then in a file. */
export class RowStore {
  readonly #newFile: NewFile;
  readonly #mostInMemory: number;
  #parts: Uint8Array[] = [];
  #bytes = 0;
  #file: ScratchWriter | undefined;

  constructor(newFile: NewFile, bytesInMemory: number) {
    this.#newFile = newFile;
    this.#mostInMemory = bytesInMemory;
  }

  /** @throws Error if the disk is full */
  readonly add = (rows: Uint8Array): void => {
    this.#bytes += rows.length;
    if (!this.#file && this.#bytes > this.#mostInMemory) this.#moveToDisk();
    if (this.#file) this.#file.write(rows);
    else this.#parts.push(rows.slice());
  };

  /** No more rows: they can be read, any number of times. */
  seal(cells: number): StoredRows {
    this.#file?.close();
    return new StoredRows(cells, this.#file?.path ?? this.#parts);
  }

  /** Closes the file of rows that will not be finished. */
  abandon(): void {
    this.#file?.close();
  }

  #moveToDisk(): void {
    this.#file = new ScratchWriter(who, this.#newFile());
    for (const part of this.#parts) this.#file.write(part);
    this.#parts = [];
  }
}

/** So many cells, in a file or in memory. */
export class StoredRows {
  constructor(
    readonly cells: number,
    readonly place: string | readonly Uint8Array[],
  ) {}

  get bytesInMemory(): number {
    return typeof this.place === "string" ? 0 : this.place.reduce((sum, { length }) => sum + length, 0);
  }

  open(): RowReader {
    return typeof this.place === "string" ? fileReader(this.place) : memoryReader(this.place);
  }

  remove(): void {
    if (typeof this.place === "string") rmSync(this.place, { force: true });
  }
}

function fileReader(path: string): RowReader {
  const file = openSync(path, "r");
  return {
    read(into) {
      let length = 0;
      for (let bytes = -1; bytes !== 0 && length < into.length; length += bytes)
        bytes = readSync(file, into, length, into.length - length, null);
      return length;
    },
    close: () => closeSync(file),
  };
}

function memoryReader(parts: readonly Uint8Array[]): RowReader {
  let part = 0;
  let at = 0;
  return {
    read(into) {
      let length = 0;
      while (length < into.length && part < parts.length) {
        const piece = parts[part]!.subarray(at, at + into.length - length);
        into.set(piece, length);
        length += piece.length;
        at += piece.length;
        if (at < parts[part]!.length) break;
        part++;
        at = 0;
      }
      return length;
    },
    close() {},
  };
}
