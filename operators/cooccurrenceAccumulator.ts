import { CellBuffer } from "../kernels/cellBuffer.js";
import type { CellRun } from "../kernels/cellRun.js";
import { type CellStream, mergeStreams } from "../kernels/cellStreams.js";
import { distanceUnits } from "../kernels/distanceUnits.js";
import { batchCells, tableOf } from "../kernels/finalTable.js";
import { PairCounter } from "../kernels/pairCounter.js";
import type { ContextBatch } from "../schemas/contexts.js";
import type { DistanceWeighting, FinalCooccurrence } from "../schemas/cooccurrence.js";
import { CellFile, fewFiles } from "./cellFile.js";
import { CellStore } from "./cellStore.js";
import { ScratchFolder } from "./scratchFolder.js";

export interface AccumulatorOptions {
  readonly weighting: DistanceWeighting;
  readonly symmetric: boolean;
  /** Bytes of all the buffers together. */
  readonly memory: number;
  /** Where files go that do not fit in it. */
  readonly scratch: string | undefined;
}

/**
 * Counts within a memory budget. Its parts: 1/8 a dense block for pairs of frequent terms; 3/8 a buffer for the others, which is
 * sorted and written to a file whenever it is full; while finishing, 1/4 for mirroring a symmetric table. Files are merged once, by
 * groups of 64 if there are more.
 *
 * Disk: 16 bytes per cell of each full buffer, and 16 per cell of the table. What a table keeps on the disk is removed by its `close`,
 * everything else when the table is done or has failed.
 */
export class CooccurrenceAccumulator {
  readonly #options: AccumulatorOptions;
  readonly #scratch: ScratchFolder;
  readonly #files: CellFile[] = [];
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
    const files = await fewFiles(this.#files, this.#scratch);
    const store = new TableStore(this.#scratch, symmetric, memory, vocabulary.terms.length);
    const sums = [counter.denseRuns(batchCells), counter.takeSorted(batchCells), ...files];
    for await (const run of mergeStreams(sums)) {
      signal.throwIfAborted();
      store.add(run);
    }
    for (const file of files) file.remove();
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
      denseCells: Math.floor(memory / 8 / 8),
      bufferRecords: Math.floor((memory * 3) / 8 / 16),
      onFull: () =>
        this.#files.push(CellFile.of(this.#scratch.newFile("arrow"), this.#counter!.takeSorted(batchCells))),
    });
  }
}

/** The upper triangle and, for a symmetric table, its mirror image. */
class TableStore {
  readonly #scratch: ScratchFolder;
  readonly #upper: CellStore;
  readonly #mirror: CellBuffer | undefined;
  readonly #mirrorFiles: CellFile[] = [];

  constructor(scratch: ScratchFolder, symmetric: boolean, memory: number, terms: number) {
    this.#scratch = scratch;
    this.#upper = new CellStore(scratch, memory / 8);
    this.#mirror = symmetric ? new CellBuffer(Math.floor(memory / 4 / 20), terms, { columnsAscend: true }) : undefined;
  }

  get cells(): number {
    const inFiles = this.#mirrorFiles.reduce((sum, { cells }) => sum + cells, 0);
    return this.#upper.cells + inFiles + (this.#mirror?.length ?? 0);
  }

  add(run: CellRun): void {
    checkExact(run);
    this.#upper.add(run);
    if (this.#mirror) this.#addMirrored(run, this.#mirror);
  }

  /** How to read the table, row by row. */
  seal(): () => CellStream[] {
    const upper = this.#upper.seal();
    const mirror = this.#mirror;
    return () => [...this.#mirrorFiles, ...(mirror ? [mirror.runs(batchCells)] : []), upper];
  }

  #addMirrored({ row, column, units, length }: CellRun, mirror: CellBuffer): void {
    for (let i = 0; i < length; i++) {
      if (row[i] === column[i]) continue;
      if (mirror.isFull) this.#spillMirror(mirror);
      mirror.push(column[i]!, row[i]!, units[i]!);
    }
  }

  #spillMirror(mirror: CellBuffer): void {
    const file = CellFile.of(this.#scratch.newFile("arrow"), mirror.runs(batchCells));
    this.#mirrorFiles.push(file);
    mirror.clear();
  }
}

function checkExact({ row, column, units, length }: CellRun): void {
  for (let i = 0; i < length; i++) {
    if (units[i]! < 2 ** 53) continue;
    throw new RangeError(
      `accumulateCooccurrence: sums must stay below 2^53 units to be exact, got ${units[i]} in cell (${row[i]}, ${column[i]})`,
    );
  }
}
