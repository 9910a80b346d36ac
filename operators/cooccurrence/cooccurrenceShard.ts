import { CellBuffer } from "../../kernels/cooccurrence/cellBuffer.js";
import type { CellRun } from "../../kernels/cooccurrence/cellRun.js";
import { type CellStream, mergeStreams } from "../../kernels/cooccurrence/cellStreams.js";
import { denseCellBytes } from "../../kernels/cooccurrence/denseBlock.js";
import { batchCells } from "../../kernels/cooccurrence/finalTable.js";
import { PairCounter, type WindowView } from "../../kernels/cooccurrence/pairCounter.js";
import { CellFile, fewFiles, type ReadLimits, readWithin } from "../../storage/cooccurrence/cellFile.js";
import { CellStore } from "../../storage/cooccurrence/cellStore.js";
import type { NewFile } from "../../storage/files/scratchFolder.js";

export interface ShardOptions {
  readonly terms: number;
  /** The rows of the table, and of a symmetric one those of the upper triangle, that this shard counts. */
  readonly firstRow: number;
  readonly endRow: number;
  readonly windowSize: number;
  readonly symmetric: boolean;
  readonly ofDistance: Float64Array;
  /**
   * Bytes: 1/8 a dense block for pairs of frequent terms, 3/8 a buffer for the others; then 1/4 for mirroring a symmetric table, 1/8 for
   * what of it stays in memory, and 1/8 to read files.
   */
  readonly memory: number;
  /** Files that may be read at once. */
  readonly mostFiles: number;
  /** Put all of the finished rows into files, for another thread to read. */
  readonly intoFiles: boolean;
}

/** The rows of a shard. Within a row of the table, the mirrored cells of one shard come before those of the next. */
export interface ShardCells {
  readonly cells: number;
  readonly hasHalves: boolean;
  /** They can be read any number of times. */
  readonly upper: CellStream;
  readonly mirrored: readonly CellStream[];
}

/** Some rows of a table: counts their pairs, and whenever the buffer is full, its sums go to a file; at the end they are merged. */
export class CooccurrenceShard {
  readonly #options: ShardOptions;
  readonly #newFile: NewFile;
  readonly #counter: PairCounter;
  readonly #files: CellFile[] = [];

  constructor(options: ShardOptions, newFile: NewFile) {
    this.#options = options;
    this.#newFile = newFile;
    this.#counter = new PairCounter({
      ...options,
      denseCells: Math.floor(options.memory / 8 / denseCellBytes),
      bufferRecords: Math.floor((options.memory * 3) / 8 / 16),
      onFull: () => this.#files.push(CellFile.of(newFile(), this.#counter.takeSorted(batchCells))),
    });
  }

  add(batch: WindowView): void {
    this.#counter.add(batch);
  }

  /** All sums, in order; nothing can be added any more. */
  async finish(signal?: AbortSignal): Promise<ShardCells> {
    const limits: ReadLimits = { files: this.#options.mostFiles, bytes: this.#options.memory / 8 };
    const files = await fewFiles(this.#files, this.#newFile, limits);
    const store = new ShardStore(this.#options, this.#newFile);
    try {
      for await (const run of mergeStreams(readWithin(limits.bytes, [...this.#counter.rest(batchCells), ...files]))) {
        signal?.throwIfAborted();
        store.add(run);
      }
      for (const file of files) file.remove();
      return { ...(await store.seal(limits)), hasHalves: this.#counter.hasHalves };
    } catch (error) {
      store.abandon();
      throw error;
    }
  }
}

/** The upper triangle and, for a symmetric table, its mirror image. */
class ShardStore {
  readonly #newFile: NewFile;
  readonly #intoFiles: boolean;
  readonly #upper: CellStore;
  readonly #mirror: CellBuffer | undefined;
  readonly #mirrorFiles: CellFile[] = [];

  constructor({ symmetric, memory, intoFiles, terms }: ShardOptions, newFile: NewFile) {
    this.#newFile = newFile;
    this.#intoFiles = intoFiles;
    this.#upper = new CellStore(newFile, intoFiles ? 0 : memory / 8);
    this.#mirror = symmetric ? new CellBuffer(Math.floor(memory / 4 / 20), terms, { columnsAscend: true }) : undefined;
  }

  add(run: CellRun): void {
    checkExact(run);
    this.#upper.add(run);
    if (this.#mirror) this.#addMirrored(run, this.#mirror);
  }

  abandon(): void {
    this.#upper.abandon();
  }

  async seal(limits: ReadLimits): Promise<Omit<ShardCells, "hasHalves">> {
    const mirror = this.#mirror;
    if (mirror && this.#intoFiles) this.#spillMirror(mirror);
    const files = await fewFiles(this.#mirrorFiles, this.#newFile, limits);
    const inFiles = files.reduce((sum, { cells }) => sum + cells, 0);
    return {
      cells: this.#upper.cells + inFiles + (mirror?.length ?? 0),
      upper: this.#upper.seal(),
      mirrored: [...files, ...(mirror ? [{ [Symbol.iterator]: () => mirror.runs(batchCells) }] : [])],
    };
  }

  #addMirrored({ row, column, units, length }: CellRun, mirror: CellBuffer): void {
    for (let i = 0; i < length; i++) {
      if (row[i] === column[i]) continue;
      if (mirror.isFull) this.#spillMirror(mirror);
      mirror.push(column[i]!, row[i]!, units[i]!);
    }
  }

  #spillMirror(mirror: CellBuffer): void {
    this.#mirrorFiles.push(CellFile.of(this.#newFile(), mirror.runs(batchCells)));
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
