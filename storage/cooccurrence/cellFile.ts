import { closeSync, openSync, rmSync } from "node:fs";
import { setImmediate as otherWork } from "node:timers/promises";
import { type CellRun, emptyRun, sliceRun } from "../../kernels/cooccurrence/cellRun.js";
import { type CellStream, mergeStreams } from "../../kernels/cooccurrence/cellStreams.js";
import { batchCells } from "../../kernels/cooccurrence/finalTable.js";
import { fillFrom, type ScratchArray, ScratchWriter } from "../files/scratchArrays.js";
import type { NewFile } from "../files/scratchFolder.js";

const who = "accumulateCooccurrence";

/** Before each batch: the number of its cells. */
const headBytes = 8;
export const cellBytes = 16;

/**
 * Cells that do not fit in memory, read run by run and any number of times. Only the process that wrote them reads them, so the columns
 * of each batch lie there as they do in memory: rows, columns, units.
 * State: one run of `mostCells` per reader, whose memory serves for the next.
 */
export class CellFile {
  constructor(
    readonly path: string,
    readonly cells: number,
    readonly mostCells: number = batchCells,
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
    const file = openSync(this.path, "r");
    const room = emptyRun(Math.min(this.mostCells, this.cells, batchCells));
    try {
      for (let at = 0, left = this.cells; left > 0; ) {
        const length = fill(file, new Float64Array(1), at)[0]!;
        for (const run of runsOf(file, length, at + headBytes, room)) {
          await otherWork();
          yield run;
        }
        at += headBytes + cellBytes * length;
        left -= length;
      }
    } finally {
      closeSync(file);
    }
  }

  remove(): void {
    rmSync(this.path, { force: true });
  }
}

function fill<T extends ScratchArray>(file: number, array: T, place: number): T {
  return fillFrom(who, file, array, place);
}

/** A batch whose columns begin at a place, as many cells at once as there is room for. */
function* runsOf(file: number, length: number, place: number, room: CellRun): Generator<CellRun> {
  const most = room.row.length;
  for (let from = 0; from < length; from += most) {
    const run = sliceRun(room, 0, Math.min(most, length - from));
    fill(file, run.row, place + 4 * from);
    fill(file, run.column, place + 4 * (length + from));
    fill(file, run.units, place + 8 * (length + from));
    yield run;
  }
}

/** Writes runs at once, synchronously. State: one run. */
export class CellWriter {
  readonly #writer: ScratchWriter;
  #cells = 0;

  constructor(path: string) {
    this.#writer = new ScratchWriter(who, path);
  }

  /** @throws Error if the disk is full */
  write(run: CellRun): void {
    for (let from = 0; from < run.length; from += batchCells)
      this.#writeBatch(sliceRun(run, from, Math.min(run.length, from + batchCells)));
  }

  close(): CellFile {
    this.abandon();
    return new CellFile(this.#writer.path, this.#cells);
  }

  /** Closes the file, whole or not. */
  abandon(): void {
    this.#writer.close();
  }

  #writeBatch({ row, column, units, length }: CellRun): void {
    for (const part of [Float64Array.of(length), row, column, units]) this.#writer.write(part);
    this.#cells += length;
  }
}

/** So many files may be read at once by all threads together. */
export const mostFiles = 64;

/** How many files are read at once, and the bytes that their cells may take then. */
export interface ReadLimits {
  readonly files: number;
  readonly bytes: number;
}

/**
 * Merges neighbours among sorted files, and removes what was merged, until there are few enough to be read at once. Files whose cells all
 * come before those of the next stay in that order.
 */
export async function fewFiles(
  files: readonly CellFile[],
  newFile: NewFile,
  limits: ReadLimits,
): Promise<readonly CellFile[]> {
  const left = [...files];
  const merged: CellFile[] = [];
  for (let excess = files.length - limits.files; excess > 0 && left.length > 1; ) {
    const group = left.splice(0, Math.min(limits.files, excess + 1));
    merged.push(await mergeFiles(group, newFile(), limits.bytes));
    excess -= group.length - 1;
  }
  const all = [...merged, ...left];
  return all.length > limits.files ? fewFiles(all, newFile, limits) : all;
}

async function mergeFiles(files: readonly CellFile[], path: string, bytes: number): Promise<CellFile> {
  const writer = new CellWriter(path);
  try {
    for await (const run of mergeStreams(readWithin(bytes, files))) writer.write(run);
    const merged = writer.close();
    for (const file of files) file.remove();
    return merged;
  } finally {
    writer.abandon();
  }
}

/** A cell that is read, and the two places that merging has for it. */
const bytesPerCell = 3 * cellBytes;
/** Less at once would take many times as long. */
const leastCells = 1024;

/** Streams that are read at once and merged: those from files take runs so short that all of them fit, 1,024 cells at least. */
export function readWithin(bytes: number, streams: readonly CellStream[]): CellStream[] {
  const files = streams.filter((stream) => stream instanceof CellFile).length;
  const mostCells = Math.max(leastCells, Math.floor(bytes / bytesPerCell / files));
  return streams.map((stream) =>
    stream instanceof CellFile ? new CellFile(stream.path, stream.cells, mostCells) : stream,
  );
}
