import type { CellStream } from "../kernels/cellStreams.js";
import { denseCellBytes } from "../kernels/denseBlock.js";
import { batchCells } from "../kernels/finalTable.js";
import { PairCounter, type WindowView } from "../kernels/pairCounter.js";
import { CellFile } from "./cellFile.js";

export interface CountingOptions {
  readonly terms: number;
  readonly windowSize: number;
  readonly symmetric: boolean;
  readonly ofDistance: Float64Array;
  /** Bytes: 1/8 a dense block for pairs of frequent terms, 3/8 a buffer for the others. */
  readonly memory: number;
}

/** Counts pairs; whenever the buffer is full, its sums go to a file. */
export class SpillingCounter {
  readonly #newFile: () => string;
  readonly #counter: PairCounter;
  readonly #files: CellFile[] = [];

  constructor({ memory, ...options }: CountingOptions, newFile: () => string) {
    this.#newFile = newFile;
    this.#counter = new PairCounter({
      ...options,
      denseCells: Math.floor(memory / 8 / denseCellBytes),
      bufferRecords: Math.floor((memory * 3) / 8 / 16),
      onFull: () => this.#spill(this.#counter.takeSorted(batchCells)),
    });
  }

  get hasHalves(): boolean {
    return this.#counter.hasHalves;
  }

  get files(): readonly CellFile[] {
    return this.#files;
  }

  add(batch: WindowView): void {
    this.#counter.add(batch);
  }

  /** The sums that are in memory; to be read once, and nothing can be added any more. */
  rest(): CellStream[] {
    return [this.#counter.denseRuns(batchCells), this.#counter.takeSorted(batchCells)];
  }

  /** Puts everything into files. */
  spillAll(): readonly CellFile[] {
    this.#spill(this.#counter.denseRuns(batchCells));
    this.#spill(this.#counter.takeSorted(batchCells));
    return this.#files;
  }

  #spill(runs: Parameters<typeof CellFile.of>[1]): void {
    this.#files.push(CellFile.of(this.#newFile(), runs));
  }
}
