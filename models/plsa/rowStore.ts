import { closeSync, openSync, writeSync } from "node:fs";
import { fillFrom } from "../../storage/files/scratchArrays.js";
import type { ScratchFolder } from "../../storage/files/scratchFolder.js";

/** Rows of numbers that are read and written again in each step: in memory, or in a scratch file. */
export interface RowStore {
  read(first: number, into: Float32Array): void;
  write(first: number, rows: Float32Array): void;
  close(): void;
}

export function rowsInMemory(rows: number, width: number): RowStore {
  const all = new Float32Array(rows * width);
  return {
    read: (first, into) => into.set(all.subarray(first * width, first * width + into.length)),
    write: (first, written) => all.set(written, first * width),
    close: () => {},
  };
}

/** State: none in memory. Calls throw Error if the disk is full. */
export function rowsInFile(width: number, scratch: ScratchFolder): RowStore {
  const path = scratch.newFile();
  const file = openSync(path, "wx+", 0o600);
  return {
    read: (first, into) => void fillFrom("plsa", file, into, 4 * first * width),
    write(first, rows) {
      for (let at = 0; at < rows.byteLength; ) at += writeAt(file, path, rows, at, 4 * first * width);
    },
    close() {
      closeSync(file);
      scratch.remove();
    },
  };
}

function writeAt(file: number, path: string, rows: Float32Array, from: number, place: number): number {
  try {
    return writeSync(file, rows, from, rows.byteLength - from, place + from);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    throw new Error(`plsa: the scratch folder must have room, got ${code} in ${path}`, { cause });
  }
}
