import type { WasmMemory } from "../numbers/webAssembly.js";
import { recordBytes } from "./cellRecords.js";
import { type CooccurrenceKernel, longestCell } from "./cooccurrenceKernel.js";

/** Gives the bytes of rows that were written, one after the other. */
export interface RowReader {
  /** Fills the beginning of an array, and returns how many bytes there were; fewer only at the end. */
  read(into: Uint8Array): number;
  close(): void;
}

// The words of a stream, as kernels/assembly/cooccurrence.ts has them.
const AT = 0;
const LIMIT = 1;
const ROW = 2;
const LEFT = 3;
const streamBytes = 64;

/** Rows that a kernel reads: `streamBytes` at `place`, and behind them room for some of the rows' bytes. State: that memory. */
export class RowStream {
  readonly #kernel: CooccurrenceKernel;
  readonly #reader: RowReader;
  readonly #place: number;
  readonly #words: Uint32Array;
  readonly #room: Uint8Array;
  readonly #roomPlace: number;
  /** Where the bytes end that are in the room. */
  #end: number;
  #isWhole = false;

  constructor(kernel: CooccurrenceKernel, memory: WasmMemory, place: number, bytes: number, reader: RowReader) {
    this.#kernel = kernel;
    this.#reader = reader;
    this.#place = place;
    this.#words = new Uint32Array(memory.buffer, place, streamBytes / 4).fill(0);
    this.#roomPlace = place + streamBytes;
    this.#room = new Uint8Array(memory.buffer, this.#roomPlace, bytes - streamBytes);
    this.#end = this.#roomPlace;
    this.#words[AT] = this.#end;
    this.#words[LIMIT] = this.#end;
  }

  /** The next row; undefined at the end. */
  get row(): number | undefined {
    while (this.#kernel.hasRow(this.#place) === 0) if (!this.#fill()) return undefined;
    return this.#words[ROW]!;
  }

  /** Adds the row to the one at hand. */
  addRow(): void {
    do this.#kernel.addRow(this.#place);
    while (this.#words[LEFT]! > 0 && this.#fill());
  }

  /** Copies cells as records to a place in the kernel's memory, as many as there is room for; fewer only at the end. */
  copyRecords(to: number, room: number): number {
    let copied = 0;
    do copied += this.#kernel.copyRecords(this.#place, to + recordBytes * copied, room - copied);
    while (copied < room && this.#fill());
    return copied;
  }

  /** Reads on; false if there is nothing left. */
  #fill(): boolean {
    const from = this.#words[AT]! - this.#roomPlace;
    this.#room.copyWithin(0, from, this.#end - this.#roomPlace);
    const rest = this.#end - this.#roomPlace - from;
    const read = this.#isWhole ? 0 : this.#reader.read(this.#room.subarray(rest));
    this.#isWhole ||= rest + read < this.#room.length;
    this.#end = this.#roomPlace + rest + read;
    this.#words[AT] = this.#roomPlace;
    this.#words[LIMIT] = this.#isWhole ? this.#end : this.#end - longestCell;
    const isOver = this.#words[AT]! >= this.#words[LIMIT]!;
    if (isOver && this.#words[LEFT]! > 0)
      throw new Error("cooccurrence: rows must stay whole, got their end too early");
    return !isOver;
  }
}
