import { CellBuffer } from "../kernels/cellBuffer.js";
import type { CellRun } from "../kernels/cellRun.js";
import { type CellStream, mergeStreams } from "../kernels/cellStreams.js";
import { distanceUnits } from "../kernels/distanceUnits.js";
import { batchCells, tableOf } from "../kernels/finalTable.js";
import { requireFixed } from "../kernels/vocabulary.js";
import type { ContextBatch } from "../schemas/contexts.js";
import type { DistanceWeighting, FinalCooccurrence } from "../schemas/cooccurrence.js";
import { CellFile, fewFiles } from "./cellFile.js";
import { CellStore } from "./cellStore.js";
import { CountingThreads } from "./countingThreads.js";
import { ScratchFolder } from "./scratchFolder.js";
import { SpillingCounter } from "./spillingCounter.js";

export interface AccumulatorOptions {
  readonly weighting: DistanceWeighting;
  readonly symmetric: boolean;
  /** Bytes of all the buffers together. */
  readonly memory: number;
  /** Where files go that do not fit in it. */
  readonly scratch: string | undefined;
  /** Threads that count; 0 counts at once, in this one. */
  readonly workers: number;
  /** A batch was counted by a thread. */
  readonly onCounted: () => void;
  /** A thread failed. */
  readonly onError: (error: unknown) => void;
}

/**
 * Counts within a memory budget: half of it while counting, and while finishing a quarter for mirroring a symmetric table. Files are
 * merged once, by groups of 64 if there are more.
 *
 * Disk: 16 bytes per cell of each full buffer, and 16 per cell of the table. What a table keeps on the disk is removed by its `close`,
 * everything else when the table is done or has failed.
 */
export class CooccurrenceAccumulator {
  readonly #options: AccumulatorOptions;
  readonly #scratch: ScratchFolder;
  #first: ContextBatch | undefined;
  #counter: SpillingCounter | undefined;
  #threads: CountingThreads | undefined;
  #unitsPerCount = 1;

  constructor(options: AccumulatorOptions) {
    this.#options = options;
    this.#scratch = new ScratchFolder(options.scratch);
  }

  add(batch: ContextBatch): void {
    if (!this.#first) this.#open(batch);
    if (this.#counter) this.#counter.add(batch);
    else this.#threads!.add(batch);
  }

  async abandon(): Promise<void> {
    if (this.#threads) await this.#threads.close(); // without threads the files are gone at once
    this.#scratch.remove();
  }

  /** The whole table; nothing can be added afterwards. */
  async finish(signal: AbortSignal): Promise<FinalCooccurrence> {
    if (!this.#first) throw new RangeError("accumulateCooccurrence: the stream must have windows, got none");
    const { weighting, symmetric, memory } = this.#options;
    const { vocabulary, windowSize } = this.#first;
    const counted = this.#threads ? await this.#threads.finish() : this.#counter!;
    const rest = this.#counter?.rest() ?? [];
    const files = await fewFiles(counted.files, this.#scratch);
    const store = new TableStore(this.#scratch, symmetric, memory, vocabulary.terms.length);
    try {
      for await (const run of mergeStreams([...rest, ...files])) {
        signal.throwIfAborted();
        store.add(run);
      }
    } catch (error) {
      store.abandon();
      throw error;
    }
    for (const file of files) file.remove();
    this.#counter = undefined;
    return tableOf({
      vocabulary,
      metadata: { windowSize, weighting, symmetric, unitsPerCount: this.#unitsPerCount * (counted.hasHalves ? 2 : 1) },
      unitsPerWeight: this.#unitsPerCount * (symmetric ? 2 : 1),
      length: store.cells,
      open: store.seal(),
      close: () => this.#scratch.remove(),
    });
  }

  #open(batch: ContextBatch): void {
    requireFixed("accumulateCooccurrence", batch.vocabulary);
    this.#first = batch;
    const { weighting, symmetric, memory, workers, onCounted, onError } = this.#options;
    const { windowSize, vocabulary } = batch;
    const { unitsPerCount, ofDistance } = distanceUnits(weighting, windowSize);
    this.#unitsPerCount = unitsPerCount;
    const counting = { terms: vocabulary.terms.length, windowSize, symmetric, ofDistance, memory };
    const newFile = () => this.#scratch.newFile("arrow");
    if (workers === 0) this.#counter = new SpillingCounter(counting, newFile);
    else this.#threads = new CountingThreads(workers, counting, newFile, { onCounted, onError });
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

  abandon(): void {
    this.#upper.abandon();
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
