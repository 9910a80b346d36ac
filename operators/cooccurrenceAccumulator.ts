import { type CellRun, sliceRun } from "../kernels/cellRun.js";
import { type CellStream, mergeStreams } from "../kernels/cellStreams.js";
import { distanceUnits } from "../kernels/distanceUnits.js";
import { batchCells, tableOf } from "../kernels/finalTable.js";
import { MirrorBuffer } from "../kernels/mirrorBuffer.js";
import { PairCounter } from "../kernels/pairCounter.js";
import type { ContextBatch } from "../schemas/contexts.js";
import type { DistanceWeighting, FinalCooccurrence } from "../schemas/cooccurrence.js";
import { CellFile } from "./cellFile.js";
import { ScratchFolder } from "./scratchFolder.js";

export interface AccumulatorOptions {
  readonly weighting: DistanceWeighting;
  readonly symmetric: boolean;
  /** Bytes of all the buffers together. */
  readonly memory: number;
  /** Where files go that do not fit in it. */
  readonly scratch: string | undefined;
}

/** Most files merged at once. */
const fanIn = 64;

/**
 * Counts within a memory budget. Its parts: 1/4 a dense block for pairs of frequent terms; 3/8 a buffer for the others, which is
 * sorted and written to a file whenever it is full; while finishing, 1/4 for mirroring a symmetric table. Files are merged once, by
 * groups of 64 if there are more.
 *
 * Disk: 16 bytes per cell of each full buffer, and 16 per cell of the table. What a table keeps on the disk is removed by its `close`,
 * everything else when the table is done or has failed.
 */
export class CooccurrenceAccumulator {
  readonly #options: AccumulatorOptions;
  readonly #scratch: ScratchFolder;
  #files: CellFile[] = [];
  #first: ContextBatch | undefined;
  #counter: PairCounter | undefined;
  #unitsPerCount = 1;

  constructor(options: AccumulatorOptions) {
    this.#options = options;
    this.#scratch = new ScratchFolder(options.scratch);
  }

  add(batch: ContextBatch): void {
    this.#first ??= batch;
    this.#counter ??= this.#open(batch);
    this.#counter.add(batch);
  }

  abandon(): void {
    this.#scratch.remove();
  }

  /** The whole table; nothing can be added afterwards. */
  async finish(signal: AbortSignal): Promise<FinalCooccurrence> {
    const counter = this.#counter;
    if (!this.#first || !counter)
      throw new RangeError("accumulateCooccurrence: the stream must have windows, got none");
    const { weighting, symmetric, memory } = this.#options;
    const { vocabulary, windowSize } = this.#first;
    await this.#narrow();
    const store = new TableStore(this.#scratch, symmetric, memory, vocabulary.terms.length);
    const sums = [counter.denseRuns(batchCells), counter.takeSorted(batchCells), ...this.#files];
    for await (const run of mergeStreams(sums)) {
      signal.throwIfAborted();
      store.add(run);
    }
    for (const file of this.#files) file.remove();
    this.#counter = undefined;
    return tableOf({
      vocabulary,
      metadata: { windowSize, weighting, symmetric, unitsPerCount: this.#unitsPerCount * (counter.hasHalves ? 2 : 1) },
      unitsPerWeight: this.#unitsPerCount * (symmetric ? 2 : 1),
      length: store.cells,
      open: store.seal(),
      close: () => this.#scratch.remove(),
    });
  }

  #open({ vocabulary, windowSize }: ContextBatch): PairCounter {
    const { weighting, symmetric, memory } = this.#options;
    const { unitsPerCount, ofDistance } = distanceUnits(weighting, windowSize);
    this.#unitsPerCount = unitsPerCount;
    return new PairCounter({
      terms: vocabulary.terms.length,
      symmetric,
      windowSize,
      ofDistance,
      denseCells: Math.floor(memory / 4 / 8),
      bufferRecords: Math.floor((memory * 3) / 8 / 16),
      onFull: () => this.#files.push(this.#spill(this.#counter!.takeSorted(batchCells))),
    });
  }

  #spill(runs: Iterable<CellRun>): CellFile {
    const file = new CellFile(this.#scratch.newFile("arrow"));
    for (const run of runs) file.write(run);
    file.close();
    return file;
  }

  /** Merges files until there are few enough to be read at once. */
  async #narrow(): Promise<void> {
    while (this.#files.length > fanIn) {
      const group = this.#files.splice(0, fanIn);
      const merged = new CellFile(this.#scratch.newFile("arrow"));
      for await (const run of mergeStreams(group)) writeInBatches(merged, run);
      merged.close();
      for (const file of group) file.remove();
      this.#files.push(merged);
    }
  }
}

/** The upper triangle and, for a symmetric table, its mirror image, in memory as long as they are small. */
class TableStore {
  readonly #scratch: ScratchFolder;
  readonly #mirror: MirrorBuffer | undefined;
  readonly #mirrorFiles: CellFile[] = [];
  readonly #mostInMemory: number;
  #upper: CellRun[] = [];
  #upperFile: CellFile | undefined;
  #upperCells = 0;
  #mirrorCells = 0;

  constructor(scratch: ScratchFolder, symmetric: boolean, memory: number, terms: number) {
    this.#scratch = scratch;
    this.#mostInMemory = memory / 8 / 16;
    this.#mirror = symmetric ? new MirrorBuffer(Math.floor(memory / 4 / 20), terms) : undefined;
  }

  get cells(): number {
    return this.#upperCells + this.#mirrorCells + (this.#mirror?.length ?? 0);
  }

  add(run: CellRun): void {
    checkExact(run);
    this.#upperCells += run.length;
    if (this.#upperFile) writeInBatches(this.#upperFile, run);
    else this.#upper.push(run);
    if (!this.#upperFile && this.#upperCells > this.#mostInMemory) this.#moveToDisk();
    if (this.#mirror) this.#addMirrored(run, this.#mirror);
  }

  /** How to read the table, row by row. */
  seal(): () => CellStream[] {
    this.#upperFile?.close();
    const last = this.#mirror;
    const upper = this.#upperFile ?? this.#upper;
    return () => [...this.#mirrorFiles, ...(last ? [last.runs(batchCells)] : []), upper];
  }

  #moveToDisk(): void {
    this.#upperFile = new CellFile(this.#scratch.newFile("arrow"));
    for (const run of this.#upper) writeInBatches(this.#upperFile, run);
    this.#upper = [];
  }

  #addMirrored(run: CellRun, mirror: MirrorBuffer): void {
    for (let from = mirror.push(run, 0); from < run.length; from = mirror.push(run, from)) {
      const file = new CellFile(this.#scratch.newFile("arrow"));
      for (const part of mirror.runs(batchCells)) file.write(part);
      file.close();
      this.#mirrorFiles.push(file);
      this.#mirrorCells += file.cells;
      mirror.clear();
    }
  }
}

function writeInBatches(file: CellFile, run: CellRun): void {
  for (let from = 0; from < run.length; from += batchCells)
    file.write(sliceRun(run, from, Math.min(run.length, from + batchCells)));
}

function checkExact({ row, column, units, length }: CellRun): void {
  for (let i = 0; i < length; i++) {
    if (units[i]! < 2 ** 53) continue;
    throw new RangeError(
      `accumulateCooccurrence: sums must stay below 2^53 units to be exact, got ${units[i]} in cell (${row[i]}, ${column[i]})`,
    );
  }
}
