import { closeSync, mkdirSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from "node:fs";
import { join } from "node:path";
import { type CellStore, MemoryCells } from "../../kernels/embedding/gloveTiles.js";

/** Cells in a file, 8 bytes each, for tables that outgrow the memory they may have. */
export class FileCells implements CellStore {
  readonly #file: number;

  /** Opens a file to read, or makes a new one to write and read. */
  constructor(
    readonly path: string,
    mode: "r" | "wx+",
  ) {
    this.#file = openSync(path, mode, 0o600);
  }

  append(cells: Uint32Array): void {
    const bytes = new Uint8Array(cells.buffer, cells.byteOffset, cells.byteLength);
    for (let written = 0; written < bytes.length; ) written += writeSync(this.#file, bytes, written);
  }

  read(first: number, into: Uint32Array): void {
    const bytes = new Uint8Array(into.buffer, into.byteOffset, into.byteLength);
    for (let read = 0; read < bytes.length; ) {
      const more = readSync(this.#file, bytes, read, bytes.length - read, 8 * first + read);
      if (more === 0) throw new RangeError(`glove: ${this.path} must hold cell ${first}, got the end of the file`);
      read += more;
    }
  }

  close(): void {
    closeSync(this.#file);
  }
}

export interface PlacedCells {
  readonly store: CellStore;
  /** What a thread needs to open a store of the same cells: shared memory, or a path. */
  readonly shared: Uint32Array | string;
  remove(): void;
}

const CELL_BYTES = 8;

/** Whether so many cells have room in memory. */
export const fitsCells = (length: number, memory: number): boolean => CELL_BYTES * length <= memory;

/** Room for N cells: in shared memory if they fit, else in a file in a folder of its own inside `scratch`. */
export function placeCells(length: number, memory: number, scratch: string): PlacedCells {
  if (fitsCells(length, memory)) {
    const shared = new Uint32Array(new SharedArrayBuffer(CELL_BYTES * length));
    return { store: new MemoryCells(shared), shared, remove: () => {} };
  }
  mkdirSync(scratch, { recursive: true });
  const folder = mkdtempSync(join(scratch, "glove-"));
  const store = new FileCells(join(folder, "cells"), "wx+");
  const remove = () => {
    store.close();
    rmSync(folder, { recursive: true });
  };
  return { store, shared: store.path, remove };
}
