import { rmSync } from "node:fs";
import { setImmediate as otherWork } from "node:timers/promises";
import type { Observable } from "rxjs";
import { currentScope, type FlowGate } from "../../runtime/flow.js";
import { fromPull } from "../../runtime/fromPull.js";
import { type DataKind, kindOfShared, type LogForm, type LoggedBatch } from "../../schemas/index.js";
import { batchBytes, readBatches, writeBatch } from "../../storage/files/batchFile.js";
import { ScratchWriter } from "../../storage/files/scratchArrays.js";

/** As many bytes of a log are kept in memory: 2 million tokens. */
export const MOST_LOGGED_BYTES = 2 ** 23;

/** How far a log has been written. */
export interface LogSize {
  readonly batches: number;
  readonly tokens: number;
}

/**
 * The batches of a stream, logged so that later passes read them again: in memory as long as they take no more than `mostBytes`, else in a
 * file. Whoever writes or reads a batch owns its arrays: the log has copies.
 * Memory: so many bytes, or one batch. The value that all batches share stays in memory.
 */
export class StreamLog {
  readonly #kind: DataKind;
  readonly #form: LogForm<never>;
  readonly #mostBytes: number;
  /** Until they become too many. */
  #kept: LoggedBatch[] | undefined = [];
  #bytes = 0;
  #writer: ScratchWriter | undefined;
  #shared: unknown;
  #size: LogSize = { batches: 0, tokens: 0 };
  #isWritten = false;
  #isPersisted = false;

  /** No file is there before it is needed. */
  constructor(
    readonly path: string,
    kind: DataKind,
    mostBytes = MOST_LOGGED_BYTES,
  ) {
    if (!kind.log)
      throw new TypeError(`${kind.name}: cannot be read again, since it has no form in which it is logged`);
    this.#kind = kind;
    this.#form = kind.log as LogForm<never>;
    this.#mostBytes = mostBytes;
  }

  /** One that was written in an earlier run. */
  static written(path: string, kind: DataKind, size: LogSize, shared: unknown): StreamLog {
    const log = new StreamLog(path, kind);
    log.#size = size;
    log.#shared = shared;
    log.#kept = undefined;
    log.#isWritten = true;
    return log;
  }

  get size(): LogSize {
    return this.#size;
  }

  /** What all batches share; undefined before the first. */
  get shared(): unknown {
    return this.#shared;
  }

  /** Nothing can be added any more. */
  get isWritten(): boolean {
    return this.#isWritten;
  }

  /** @throws TypeError if the batch does not share what the batches before it do, as a vocabulary that changes */
  write(batch: never): void {
    const { name, amounts } = this.#kind;
    const logged = this.#form.write(batch);
    const shared = this.#form.shared?.of(batch);
    if (this.#size.batches > 0 && shared !== this.#shared)
      throw new TypeError(
        `${name}: a stream that is read again must keep one ${kindOfShared(this.#form.shared!, shared)}, got another one`,
      );
    this.#shared = shared;
    this.#bytes += batchBytes(logged);
    if (this.#bytes > this.#mostBytes && this.#kept) this.#moveToDisk();
    if (this.#kept) this.#kept.push(copyOf(logged));
    else writeBatch(this.#writer!, this.#form, logged);
    this.#size = { batches: this.#size.batches + 1, tokens: this.#size.tokens + (amounts?.tokens?.(batch) ?? 0) };
  }

  /** No more batches: it can be read. */
  finish(): void {
    this.#writer?.close();
    this.#isWritten = true;
  }

  /** From now on, all that was logged lies in the file, for a checkpoint; nothing lies there if it cannot be written. */
  persist(): void {
    if (!this.#kept || this.#isPersisted) return;
    this.#writeFile(this.#kept).close();
    this.#isPersisted = true;
  }

  /** The logged batches as the pass of that number sees them; `before` is awaited before each and after the last. */
  read(epoch: number, before: (gate: FlowGate) => Promise<void> = async () => {}): Observable<unknown> {
    return fromPull(() => this.#batches(epoch, before, currentScope().gate));
  }

  /** Gives back the memory and the file. */
  close(): void {
    this.#writer?.close();
    this.#kept = undefined;
  }

  #moveToDisk(): void {
    this.#writer = this.#writeFile(this.#kept!);
    this.#kept = undefined;
  }

  #writeFile(batches: readonly LoggedBatch[]): ScratchWriter {
    const writer = new ScratchWriter(this.#kind.name, this.path);
    try {
      for (const batch of batches) writeBatch(writer, this.#form, batch);
      return writer;
    } catch (error) {
      writer.close();
      rmSync(this.path, { force: true });
      throw error;
    }
  }

  async *#batches(epoch: number, before: (gate: FlowGate) => Promise<void>, gate: FlowGate): AsyncGenerator<unknown> {
    if (!this.#isWritten) throw new TypeError(`${this.#kind.name}: must be logged before they are read again`);
    for await (const logged of this.#logged()) {
      await before(gate);
      yield this.#form.read(logged, this.#shared as never, epoch);
    }
    await before(gate);
  }

  async *#logged(): AsyncGenerator<LoggedBatch> {
    if (!this.#kept) {
      yield* readBatches(this.#kind.name, this.path, this.#form, this.#size.batches);
      return;
    }
    for (const batch of this.#kept) {
      await otherWork(); // as reading a file does
      yield copyOf(batch);
    }
  }
}

function copyOf({ arrays, facts }: LoggedBatch): LoggedBatch {
  const copies = Object.entries(arrays).map(([name, array]) => [name, array.slice()] as const);
  return { arrays: Object.fromEntries(copies), ...(facts ? { facts } : {}) };
}
