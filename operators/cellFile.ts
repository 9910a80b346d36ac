import { closeSync, openSync, rmSync, writeSync } from "node:fs";
import { open } from "node:fs/promises";
import {
  AsyncByteQueue,
  type Data,
  Field,
  Float64,
  makeData,
  RecordBatch,
  RecordBatchReader,
  RecordBatchStreamWriter,
  Schema,
  Struct,
  Uint32,
} from "apache-arrow";
import { type CellRun, sliceRun } from "../kernels/cellRun.js";
import { mergeStreams } from "../kernels/cellStreams.js";
import { batchCells } from "../kernels/finalTable.js";
import type { ScratchFolder } from "./scratchFolder.js";

const cellSchema = new Schema([
  new Field("row", new Uint32(), false),
  new Field("column", new Uint32(), false),
  new Field("units", new Float64(), false),
]);

/**
 * Cells that do not fit in memory, as an uncompressed Arrow stream: written at once, read run by run and any number of times.
 * State: one run while writing, one per reader.
 */
export class CellFile {
  readonly #path: string;
  readonly #file: number;
  readonly #sink: FileSink;
  readonly #writer = new RecordBatchStreamWriter();
  #cells = 0;

  constructor(path: string) {
    this.#path = path;
    this.#file = openSync(path, "w");
    this.#sink = new FileSink(this.#file, path);
    this.#writer.reset(this.#sink, cellSchema);
  }

  get cells(): number {
    return this.#cells;
  }

  /** A file of given runs. */
  static of(path: string, runs: Iterable<CellRun>): CellFile {
    const file = new CellFile(path);
    for (const run of runs) file.write(run);
    file.close();
    return file;
  }

  /** @throws Error if the disk is full */
  write(run: CellRun): void {
    for (let from = 0; from < run.length; from += batchCells)
      this.#writeBatch(sliceRun(run, from, Math.min(run.length, from + batchCells)));
  }

  #writeBatch({ row, column, units, ...run }: CellRun): void {
    const children: Data[] = [
      makeData({ type: new Uint32(), data: row, length: run.length, nullCount: 0 }),
      makeData({ type: new Uint32(), data: column, length: run.length, nullCount: 0 }),
      makeData({ type: new Float64(), data: units, length: run.length, nullCount: 0 }),
    ];
    const type = new Struct(cellSchema.fields);
    this.#writer.write(new RecordBatch(cellSchema, makeData({ type, length: run.length, nullCount: 0, children })));
    this.#cells += run.length;
  }

  /** No more cells; the file can be read. */
  close(): void {
    this.#writer.finish();
    closeSync(this.#file);
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<CellRun> {
    const handle = await open(this.#path);
    try {
      const reader = await RecordBatchReader.from(handle);
      for await (const { numRows, data } of reader) {
        const [row, column, units] = data.children.map(({ values }) => values);
        yield { row: row as Uint32Array, column: column as Uint32Array, units: units as Float64Array, length: numRows };
      }
    } finally {
      await handle.close();
    }
  }

  remove(): void {
    rmSync(this.#path, { force: true });
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
export async function fewFiles(files: readonly CellFile[], scratch: ScratchFolder): Promise<CellFile[]> {
  const left = [...files];
  while (left.length > fanIn) {
    const group = left.splice(0, fanIn);
    const merged = new CellFile(scratch.newFile("arrow"));
    for await (const run of mergeStreams(group)) merged.write(run);
    merged.close();
    for (const file of group) file.remove();
    left.push(merged);
  }
  return left;
}
