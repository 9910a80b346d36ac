import { kindOfShared, type LogForm, type LoggedBatch } from "../../schemas/kinds.js";
import { batchBytes, readBatches, writeBatch } from "./batchFile.js";
import { ScratchWriter } from "./scratchArrays.js";
import type { NewFile } from "./scratchFolder.js";

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

  constructor(who: string, form: LogForm<Batch>, newFile: NewFile, mostBytes: number) {
    [this.#who, this.#form, this.#newFile, this.#mostBytes] = [who, form, newFile, mostBytes];
  }

  /** @throws TypeError if the batch does not share what the batches before it do; Error if the disk is full */
  add(batch: Batch): void {
    const shared = this.#form.shared?.of(batch);
    if (this.#stored > 0 && shared !== this.#shared)
      throw new TypeError(
        `${this.#who}: all batches must have one ${kindOfShared(this.#form.shared!, shared)}, got another one`,
      );
    this.#shared = shared;
    this.#stored++;
    const logged = this.#form.write(batch);
    this.#bytes += batchBytes(logged);
    if (!this.#writer && this.#bytes <= this.#mostBytes) {
      this.#batches.push(batch);
      return;
    }
    if (!this.#writer) this.#moveToDisk();
    this.#write(logged);
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
    for (const batch of this.#batches) this.#write(this.#form.write(batch));
    this.#batches = [];
  }

  #write(logged: LoggedBatch): void {
    writeBatch(this.#writer!, this.#form as LogForm<never>, logged);
  }

  async *#read(): AsyncGenerator<Batch> {
    if (!this.#writer) {
      yield* this.#batches;
      return;
    }
    const stored = readBatches(this.#who, this.#writer.path, this.#form as LogForm<never>, this.#stored);
    for await (const logged of stored) yield this.#form.read(logged, this.#shared as never, 0);
  }
}
