import { closeSync, openSync, rmSync, writeSync } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import {
  AsyncByteQueue,
  type Data,
  Field,
  Float64,
  Message,
  type MessageHeader,
  makeData,
  RecordBatch,
  RecordBatchStreamWriter,
  Schema,
  Struct,
  Uint32,
} from "apache-arrow";
import { type CellRun, sliceRun } from "../kernels/cellRun.js";
import { mergeStreams } from "../kernels/cellStreams.js";
import { batchCells } from "../kernels/finalTable.js";
import type { NewFile } from "./scratchFolder.js";

const cellSchema = new Schema([
  new Field("row", new Uint32(), false),
  new Field("column", new Uint32(), false),
  new Field("units", new Float64(), false),
]);

/**
 * Cells that do not fit in memory, as an uncompressed Arrow stream, read run by run and any number of times.
 * State: one run per reader, whose memory serves for the next; Arrow's own reader leaves a megabyte a run to the garbage collector.
 */
export class CellFile {
  constructor(
    readonly path: string,
    readonly cells: number,
  ) {}

  /** A file of given runs. */
  static of(path: string, runs: Iterable<CellRun>): CellFile {
    const writer = new CellWriter(path);
    try {
      for (const run of runs) writer.write(run);
      return writer.close();
    } finally {
      writer.abandon();
    }
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<CellRun> {
    const handle = await open(this.path);
    const room = { prefix: new ArrayBuffer(8), metadata: new ArrayBuffer(0), body: new ArrayBuffer(0) };
    try {
      for (;;) {
        const [, metadataLength] = new Uint32Array(await fill(handle, room, "prefix", 8));
        if (!metadataLength) return;
        const metadata = await fill(handle, room, "metadata", metadataLength);
        const message = Message.decode(new Uint8Array(metadata, 0, metadataLength));
        if (message.isRecordBatch())
          yield runOf(message.header(), await fill(handle, room, "body", message.bodyLength));
      }
    } finally {
      await handle.close();
    }
  }

  remove(): void {
    rmSync(this.path, { force: true });
  }
}

/** Reads the next bytes of a file into a room, which grows if they do not fit. */
async function fill<K extends string>(
  handle: FileHandle,
  room: Record<K, ArrayBuffer>,
  part: K,
  bytes: number,
): Promise<ArrayBuffer> {
  if (room[part].byteLength < bytes) room[part] = new ArrayBuffer(bytes);
  for (let at = 0; at < bytes; ) {
    const { bytesRead } = await handle.read(new Uint8Array(room[part], at, bytes - at));
    if (bytesRead === 0)
      throw new Error(`accumulateCooccurrence: a scratch file must stay whole, got its end too early`);
    at += bytesRead;
  }
  return room[part];
}

/** The columns of a batch in the body of its message: for each a bitmap of validity, empty, and the values. */
function runOf(
  { length, buffers }: ReturnType<Message<MessageHeader.RecordBatch>["header"]>,
  body: ArrayBuffer,
): CellRun {
  const [, row, , column, , units] = buffers.map(({ offset }) => offset);
  return {
    row: new Uint32Array(body, row, length),
    column: new Uint32Array(body, column, length),
    units: new Float64Array(body, units, length),
    length,
  };
}

/** Writes runs at once, synchronously. State: one run. */
export class CellWriter {
  readonly #path: string;
  readonly #file: number;
  readonly #writer = new RecordBatchStreamWriter();
  #cells = 0;
  #isOpen = true;

  constructor(path: string) {
    this.#path = path;
    this.#file = openSync(path, "w");
    try {
      this.#writer.reset(new FileSink(this.#file, path), cellSchema); // which writes the schema
    } catch (error) {
      this.abandon();
      throw error;
    }
  }

  /** @throws Error if the disk is full */
  write(run: CellRun): void {
    for (let from = 0; from < run.length; from += batchCells)
      this.#writeBatch(sliceRun(run, from, Math.min(run.length, from + batchCells)));
  }

  close(): CellFile {
    try {
      this.#writer.finish();
    } finally {
      this.abandon();
    }
    return new CellFile(this.#path, this.#cells);
  }

  /** Closes the file, whole or not. */
  abandon(): void {
    if (this.#isOpen) closeSync(this.#file);
    this.#isOpen = false;
  }

  #writeBatch({ row, column, units, length }: CellRun): void {
    const children: Data[] = [
      makeData({ type: new Uint32(), data: row, length, nullCount: 0 }),
      makeData({ type: new Uint32(), data: column, length, nullCount: 0 }),
      makeData({ type: new Float64(), data: units, length, nullCount: 0 }),
    ];
    const data = makeData({ type: new Struct(cellSchema.fields), length, nullCount: 0, children });
    this.#writer.write(new RecordBatch(cellSchema, data));
    this.#cells += length;
  }
}

/** Arrow's own queue keeps everything until it is read; this one writes at once. */
class FileSink extends AsyncByteQueue {
  readonly #file: number;
  readonly #path: string;
  #written = 0;

  constructor(file: number, path: string) {
    super();
    this.#file = file;
    this.#path = path;
  }

  override write(chunk: Uint8Array): void {
    try {
      for (let at = 0; at < chunk.byteLength; ) {
        const bytes = writeSync(this.#file, chunk, at);
        at += bytes;
        this.#written += bytes;
      }
    } catch (cause) {
      const code = (cause as NodeJS.ErrnoException).code;
      throw new Error(
        `accumulateCooccurrence: the scratch folder must have room, got ${code} in ${this.#path} after ${this.#written} bytes`,
        { cause },
      );
    }
  }
}

/** Most files merged at once. */
const fanIn = 64;

/** Merges files, and removes what was merged, until there are few enough to be read at once. */
export async function fewFiles(files: readonly CellFile[], newFile: NewFile): Promise<CellFile[]> {
  const left = [...files];
  while (left.length > fanIn) {
    const group = left.splice(0, fanIn);
    const merged = new CellWriter(newFile());
    try {
      for await (const run of mergeStreams(group)) merged.write(run);
      left.push(merged.close());
    } finally {
      merged.abandon();
    }
    for (const file of group) file.remove();
  }
  return left;
}
