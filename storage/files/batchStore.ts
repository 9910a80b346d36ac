import { closeSync, openSync } from "node:fs";
import { setImmediate as otherWork } from "node:timers/promises";
import type { LogForm, LoggedArray } from "../../schemas/kinds.js";
import { fillFrom, ScratchWriter } from "./scratchArrays.js";
import type { NewFile } from "./scratchFolder.js";

const elements = { uint8: Uint8Array, uint32: Uint32Array, float32: Float32Array, float64: Float64Array } as const;

/**
 * Batches of a stream in the form in which they are logged: in memory as long as they are small, then in a scratch file.
 * State: so many bytes of arrays, or one batch.
 */
export class BatchStore<Batch> {
  readonly #who: string;
  readonly #form: LogForm<Batch>;
  readonly #newFile: NewFile;
  readonly #mostBytes: number;
  #bytes = 0;
  #batches: Batch[] = [];
  #stored = 0;
  #writer: ScratchWriter | undefined;
  #shared: unknown;

  /** For a kind whose batches are arrays alone, besides what they share. */
  constructor(who: string, form: LogForm<Batch>, newFile: NewFile, mostBytes: number) {
    [this.#who, this.#form, this.#newFile, this.#mostBytes] = [who, form, newFile, mostBytes];
  }

  /** @throws TypeError if the batch does not share what the batches before it do; Error if the disk is full */
  add(batch: Batch): void {
    const shared = this.#form.shared?.of(batch);
    if (this.#stored > 0 && shared !== this.#shared)
      throw new TypeError(`${this.#who}: all batches must have one ${this.#form.shared!.kind}, got another one`);
    this.#shared = shared;
    this.#stored++;
    const arrays = this.#arraysOf(batch);
    this.#bytes += arrays.reduce((sum, { byteLength }) => sum + byteLength, 0);
    if (!this.#writer && this.#bytes <= this.#mostBytes) {
      this.#batches.push(batch);
      return;
    }
    if (!this.#writer) this.#moveToDisk();
    this.#write(arrays);
  }

  /** No more batches: they can be read, any number of times. */
  seal(): () => AsyncGenerator<Batch> {
    this.#writer?.close();
    return () => this.#read();
  }

  /** Closes the file; the folder of the file is another's. */
  close(): void {
    this.#writer?.close();
    this.#batches = [];
  }

  #moveToDisk(): void {
    this.#writer = new ScratchWriter(this.#who, this.#newFile());
    for (const batch of this.#batches) this.#write(this.#arraysOf(batch));
    this.#batches = [];
  }

  #write(arrays: readonly LoggedArray[]): void {
    this.#writer!.write(Float64Array.from(arrays, ({ length }) => length));
    for (const array of arrays) this.#writer!.write(array);
  }

  #arraysOf(batch: Batch): LoggedArray[] {
    const { arrays } = this.#form.write(batch);
    return Object.keys(this.#form.arrays).map((name) => arrays[name]!);
  }

  async *#read(): AsyncGenerator<Batch> {
    if (!this.#writer) {
      yield* this.#batches;
      return;
    }
    const names = Object.entries(this.#form.arrays);
    const file = openSync(this.#writer.path, "r");
    try {
      let place = 0;
      const next = <T extends LoggedArray>(array: T): T => {
        fillFrom(this.#who, file, array, place);
        place += array.byteLength;
        return array;
      };
      for (let k = 0; k < this.#stored; k++) {
        const lengths = next(new Float64Array(names.length));
        const read = names.map(([name, type], i) => [name, next(new elements[type](lengths[i]!))] as const);
        await otherWork();
        yield this.#form.read({ arrays: Object.fromEntries(read) }, this.#shared as never, 0);
      }
    } finally {
      closeSync(file);
    }
  }
}
