import { closeSync, openSync, writeSync } from "node:fs";
import { open } from "node:fs/promises";
import {
  AsyncByteQueue,
  type Data,
  Field,
  Float32,
  Float64,
  List,
  makeData,
  RecordBatch,
  RecordBatchReader,
  RecordBatchStreamWriter,
  Schema,
  Struct,
  Uint8,
  Uint32,
} from "apache-arrow";
import type { Observable } from "rxjs";
import { currentScope, type FlowGate } from "../../runtime/flow.js";
import { fromPull } from "../../runtime/fromPull.js";
import { type DataKind, kindOfShared, type LoggedArray, type LoggedBatch } from "../../schemas/index.js";
import { readChunks } from "../../storage/files/readChunks.js";

const elements = { uint8: Uint8, uint32: Uint32, float32: Float32, float64: Float64 } as const;

/** Bytes read at once: Arrow asks for a few at a time, and each time a thread wakes that has to wait where all cores train. */
const readBytes = 2 ** 20;

/** How far a log has been written. */
export interface LogSize {
  readonly batches: number;
  readonly tokens: number;
}

/**
 * The batches of a stream, logged on disk so that later passes read them again: an Arrow stream with one row a batch.
 * Memory: one batch. The value that all batches share stays in memory.
 */
export class StreamLog {
  readonly #kind: DataKind;
  readonly #schema: Schema;
  readonly #writer = new RecordBatchStreamWriter();
  #file: number | undefined;
  #shared: unknown;
  #size: LogSize = { batches: 0, tokens: 0 };
  #isWritten = false;

  /** Nothing is there before the first batch is written. */
  constructor(
    readonly path: string,
    kind: DataKind,
  ) {
    this.#kind = kind;
    this.#schema = schemaOf(kind);
  }

  /** One that was written in an earlier run. */
  static written(path: string, kind: DataKind, size: LogSize, shared: unknown): StreamLog {
    const log = new StreamLog(path, kind);
    log.#size = size;
    log.#shared = shared;
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

  /** Begins the file, with nothing in it. */
  open(): void {
    this.#size = { batches: 0, tokens: 0 };
    this.#file = openSync(this.path, "wx");
    this.#writer.reset(new FileSink(this.path, this.#file), this.#schema);
  }

  /** @throws TypeError if the batch does not share what the batches before it do, as a vocabulary that changes */
  write(batch: never): void {
    const { name, log, amounts } = this.#kind;
    const { arrays, facts } = log!.write(batch);
    const shared = log!.shared?.of(batch);
    if (this.#size.batches > 0 && shared !== this.#shared)
      throw new TypeError(
        `${name}: a stream that is read again must keep one ${kindOfShared(log!.shared!, shared)}, got another one`,
      );
    this.#shared = shared;
    const children = [
      ...Object.entries(log!.arrays).map(([key, type]) => oneList(arrays[key]!, new elements[type]())),
      ...(log!.facts ?? []).map((key) => makeData({ type: new Float64(), data: Float64Array.of(facts![key]!) })),
    ];
    const data = makeData({ type: new Struct(this.#schema.fields), length: 1, nullCount: 0, children });
    this.#writer.write(new RecordBatch(this.#schema, data));
    this.#size = { batches: this.#size.batches + 1, tokens: this.#size.tokens + (amounts?.tokens?.(batch) ?? 0) };
  }

  /** No more batches: it can be read. */
  finish(): void {
    this.close();
    this.#isWritten = true;
  }

  /** The logged batches as the pass of that number sees them; `before` is awaited before each and after the last. */
  read(epoch: number, before: (gate: FlowGate) => Promise<void> = async () => {}): Observable<unknown> {
    return fromPull(() => this.#batches(epoch, before, currentScope().gate));
  }

  /** Gives back the file. */
  close(): void {
    if (this.#file === undefined) return;
    const file = this.#file;
    this.#file = undefined;
    try {
      this.#writer.finish();
    } finally {
      closeSync(file);
    }
  }

  async *#batches(epoch: number, before: (gate: FlowGate) => Promise<void>, gate: FlowGate): AsyncGenerator<unknown> {
    if (!this.#isWritten) throw new TypeError(`${this.#kind.name}: must be logged before they are read again`);
    if (this.#size.batches === 0) return;
    const file = await open(this.path);
    try {
      const reader = await RecordBatchReader.from(readChunks(file, readBytes));
      for await (const { data } of reader) {
        const logged = this.#logged(data.children);
        await before(gate);
        yield this.#kind.log!.read(logged, this.#shared as never, epoch);
      }
      await before(gate);
    } finally {
      await file.close();
    }
  }

  #logged(columns: readonly Data[]): LoggedBatch {
    const arrays = Object.keys(this.#kind.log!.arrays);
    const facts = columns.slice(arrays.length);
    return {
      arrays: Object.fromEntries(arrays.map((key, k) => [key, listed(columns[k]!)])),
      facts: Object.fromEntries((this.#kind.log!.facts ?? []).map((key, k) => [key, facts[k]!.values[0] as number])),
    };
  }
}

function schemaOf({ name, log }: DataKind): Schema {
  if (!log) throw new TypeError(`${name}: cannot be read again, since it has no form in which it is logged`);
  const lists = Object.entries(log.arrays).map(([key, type]) => new Field(key, listOf(new elements[type]()), false));
  return new Schema([...lists, ...(log.facts ?? []).map((key) => new Field(key, new Float64(), false))]);
}

/** Arrow's own queue holds everything that is not yet read; this one writes at once. */
class FileSink extends AsyncByteQueue {
  constructor(
    readonly path: string,
    readonly file: number,
  ) {
    super();
  }

  override write(chunk: Uint8Array): void {
    try {
      for (let written = 0; written < chunk.byteLength; ) written += writeSync(this.file, chunk, written);
    } catch (cause) {
      throw new Error(`${this.path}: must be writable, got ${(cause as Error).message}`, { cause });
    }
  }
}

type Element = Uint8 | Uint32 | Float32 | Float64;

const listOf = (type: Element) => new List(new Field("item", type, false));

function oneList(values: LoggedArray, type: Element): Data {
  const child = makeData({ type, data: values, length: values.length, nullCount: 0 } as never);
  const valueOffsets = Int32Array.of(0, values.length);
  return makeData({ type: listOf(type), length: 1, nullCount: 0, valueOffsets, child } as never);
}

/** The values of a column with one list; Arrow pads them, so the length counts, not the array's. */
function listed(column: Data): LoggedArray {
  const child = column.children[0]!;
  return (child.values as LoggedArray).subarray(0, child.length);
}
