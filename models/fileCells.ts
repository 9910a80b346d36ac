import { closeSync, openSync, readSync, writeSync } from "node:fs";
import type { CellStore } from "../kernels/gloveTiles.js";

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
