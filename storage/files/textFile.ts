import { gzipSync } from "node:zlib";
import { DurableFile } from "./durableFile.js";

/** Text that is packed together. */
const memberBytes = 1 << 20;
/** Where a gzip header names the system that it was made on, and its name for none. */
const SYSTEM = 9;
const NO_SYSTEM = 255;

/**
 * A file of text in UTF-8, packed with gzip if its name ends in .gz: one member for each MiB of text, so that equal texts are equal
 * files however they came. State: a MiB of text, and its packed form.
 * @throws Error with the path, if the file system refuses
 */
export class TextFile {
  readonly #file: DurableFile;
  readonly #isPacked: boolean;
  #waiting: Buffer = Buffer.alloc(0);
  #members = 0;

  constructor(path: string) {
    this.#file = new DurableFile(path);
    this.#isPacked = path.toLowerCase().endsWith(".gz");
  }

  write(text: string): void {
    if (!this.#isPacked) {
      this.#file.write(Buffer.from(text));
      return;
    }
    this.#waiting = Buffer.concat([this.#waiting, Buffer.from(text)]);
    while (this.#waiting.length >= memberBytes) this.#pack(memberBytes);
  }

  /** Gives the file its name. */
  commit(): void {
    const isUnfinished = this.#waiting.length > 0 || this.#members === 0;
    if (this.#isPacked && isUnfinished) this.#pack(this.#waiting.length);
    this.#file.commit();
  }

  discard(): void {
    this.#file.discard();
  }

  #pack(length: number): void {
    const member = gzipSync(this.#waiting.subarray(0, length));
    member[SYSTEM] = NO_SYSTEM;
    this.#file.write(member);
    this.#members++;
    this.#waiting = this.#waiting.subarray(length);
  }
}
