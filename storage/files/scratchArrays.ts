import { closeSync, fsyncSync, openSync, readSync, writeSync } from "node:fs";

export type ScratchArray = Uint8Array | Uint32Array | Float32Array | Float64Array;

/** Writes arrays as they lie in memory, one after the other and at once; only the process that wrote them reads them. */
export class ScratchWriter {
  readonly #who: string;
  readonly #file: number;
  #written = 0;
  #isOpen = true;

  constructor(
    who: string,
    readonly path: string,
  ) {
    this.#who = who;
    this.#file = openSync(path, "wx");
  }

  /** @throws Error if the disk is full */
  write(array: ScratchArray): void {
    try {
      for (let at = 0; at < array.byteLength; ) {
        const bytes = writeSync(this.#file, array, at, array.byteLength - at);
        at += bytes;
        this.#written += bytes;
      }
    } catch (cause) {
      const code = (cause as NodeJS.ErrnoException).code;
      throw new Error(
        `${this.#who}: the scratch folder must have room, got ${code} in ${this.path} after ${this.#written} bytes`,
        { cause },
      );
    }
  }

  /** All that was written is on the disk. */
  sync(): void {
    fsyncSync(this.#file);
  }

  /** Closes the file, whole or not. */
  close(): void {
    if (this.#isOpen) closeSync(this.#file);
    this.#isOpen = false;
  }
}

/** Fills an array with what a file has at a place. At once: to wait for a short read takes several times as long as the read. */
export function fillFrom<T extends ScratchArray>(who: string, file: number, array: T, place: number): T {
  for (let at = 0; at < array.byteLength; ) {
    const bytes = readSync(file, array, at, array.byteLength - at, place + at);
    if (bytes === 0) throw new Error(`${who}: a scratch file must stay whole, got its end too early`);
    at += bytes;
  }
  return array;
}
