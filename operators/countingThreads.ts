import { Worker } from "node:worker_threads";
import type { WindowView } from "../kernels/pairCounter.js";
import { CellFile } from "./cellFile.js";
import type { CountingOptions } from "./spillingCounter.js";

export interface CountingThreadData {
  readonly options: CountingOptions;
  /** How the paths of its files begin. */
  readonly prefix: string;
}

/** What a thread has counted, all of it in files. */
export interface CountingResult {
  readonly files: readonly { readonly path: string; readonly cells: number }[];
  readonly hasHalves: boolean;
}

/**
 * Counts on several threads, each with its share of the memory. Batches are dealt out in turn: sums are exact, so it does not matter
 * who counts what.
 */
export class CountingThreads {
  readonly #workers: Worker[];
  readonly #onCounted: () => void;
  readonly #results: Promise<CountingResult>[];
  #next = 0;
  #closed = false;

  constructor(
    threads: number,
    options: CountingOptions,
    newPrefix: () => string,
    events: { readonly onCounted: () => void; readonly onError: (error: unknown) => void },
  ) {
    this.#onCounted = events.onCounted;
    this.#workers = Array.from({ length: threads }, () => {
      const workerData: CountingThreadData = {
        options: { ...options, memory: options.memory / threads },
        prefix: newPrefix(),
      };
      return new Worker(new URL("./countingThread.js", import.meta.url), { workerData, execArgv: [] });
    });
    for (const worker of this.#workers) {
      worker.on("error", events.onError);
      worker.on("exit", (code) => {
        if (!this.#closed) events.onError(lost(code));
      });
    }
    this.#results = this.#workers.map((worker) => this.#resultOf(worker));
  }

  add({ ids, radius, sentenceOffsets, firstCentre, endCentre, windowSize, side }: WindowView): void {
    // Other receivers of the batch may still read it, so its arrays are copied and not moved.
    const view: WindowView = { ids, radius, sentenceOffsets, firstCentre, endCentre, windowSize, side };
    this.#workers[this.#next]!.postMessage(view);
    this.#next = (this.#next + 1) % this.#workers.length;
  }

  async finish(): Promise<{ files: CellFile[]; hasHalves: boolean }> {
    for (const worker of this.#workers) worker.postMessage("finish");
    const results = await Promise.all(this.#results);
    await this.close();
    return {
      files: results.flatMap(({ files }) => files.map(({ path, cells }) => new CellFile(path, cells))),
      hasHalves: results.some(({ hasHalves }) => hasHalves),
    };
  }

  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all(this.#workers.map((worker) => worker.terminate()));
  }

  #resultOf(worker: Worker): Promise<CountingResult> {
    return new Promise((resolve) => {
      worker.on("message", (message: "counted" | CountingResult) => {
        if (message === "counted") this.#onCounted();
        else resolve(message);
      });
    });
  }
}

const lost = (code: number): Error =>
  new Error(`accumulateCooccurrence: threads must live until counting ends, got exit code ${code}`);
