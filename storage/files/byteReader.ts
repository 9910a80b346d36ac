import type { FileHandle } from "node:fs/promises";
import { readFullyAsync } from "./readFully.js";

/** Bytes that are read at once, where a single part needs no more. */
const CHUNK = 1 << 20;

/**
 * Reads little-endian numbers and texts of an open file, one behind the other. State: a chunk of the file.
 * @throws SyntaxError from every reading, if the file ends before
 */
export class ByteReader {
  #chunk = Buffer.alloc(0);
  /** Where the chunk begins in the file, and how much of it was read. */
  #start = 0;
  #at = 0;

  /** @param holds what a file that is cut short should have been: `a whole model` */
  constructor(
    readonly path: string,
    readonly handle: FileHandle,
    readonly size: number,
    readonly holds: string,
  ) {}

  /** Where the next byte lies in the file. */
  get position(): number {
    return this.#start + this.#at;
  }

  get left(): number {
    return this.size - this.position;
  }

  /** Goes to a byte behind this one. */
  skipTo(position: number): void {
    if (position > this.size) throw this.cut();
    const end = this.#start + this.#chunk.length;
    if (position > end) {
      this.#chunk = Buffer.alloc(0);
      this.#start = position;
    }
    this.#at = position - this.#start;
  }

  async byte(): Promise<number> {
    return (await this.take(1))[0]!;
  }

  async int32(): Promise<number> {
    return (await this.take(4)).readInt32LE();
  }

  async int64(): Promise<number> {
    return Number((await this.take(8)).readBigInt64LE());
  }

  /** A text that ends with a byte 0. */
  async text(): Promise<string> {
    for (let from = this.#at; ; ) {
      const end = this.#chunk.indexOf(0, from);
      if (end >= 0) {
        const text = this.#chunk.toString("utf8", this.#at, end);
        this.#at = end + 1;
        return text;
      }
      from = this.#chunk.length - this.#at;
      await this.#fill(from + 1, CHUNK);
    }
  }

  /** Numbers read into an array of their own, without a copy of the file. */
  async floats(count: number): Promise<Float32Array> {
    const values = new Float32Array(count);
    const bytes = new Uint8Array(values.buffer);
    const known = Math.min(bytes.length, this.#chunk.length - this.#at);
    bytes.set(this.#chunk.subarray(this.#at, this.#at + known));
    const read = await readFullyAsync(this.handle, bytes.subarray(known), this.position + known);
    if (known + read < bytes.length) throw this.cut();
    this.#start += this.#at + bytes.length;
    this.#chunk = Buffer.alloc(0);
    this.#at = 0;
    return values;
  }

  /** Bytes that are valid until the next reading. */
  async take(length: number, chunkSize = CHUNK): Promise<Buffer> {
    await this.#fill(length, chunkSize);
    this.#at += length;
    return this.#chunk.subarray(this.#at - length, this.#at);
  }

  /** Makes sure that so many bytes of the chunk are still to be read. */
  async #fill(length: number, chunkSize: number): Promise<void> {
    if (!(length >= 0)) throw this.fault(`must not have parts of ${length} bytes`);
    if (this.#chunk.length - this.#at >= length) return;
    this.#start += this.#at;
    const wanted = Math.min(Math.max(length, chunkSize), this.size - this.#start);
    if (wanted < length) throw this.cut();
    const chunk = Buffer.alloc(wanted);
    if ((await readFullyAsync(this.handle, chunk, this.#start)) < wanted) throw this.cut();
    this.#chunk = chunk;
    this.#at = 0;
  }

  cut(): SyntaxError {
    return this.fault(`must be ${this.holds}, got ${this.size} bytes: it is cut short`);
  }

  fault(what: string): SyntaxError {
    return new SyntaxError(`${this.path}: ${what}`);
  }
}
