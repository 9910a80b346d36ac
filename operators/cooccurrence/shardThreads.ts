import { Worker } from "node:worker_threads";
import type { WindowView } from "../../kernels/cooccurrence/pairCounter.js";
import { CellFile } from "../../storage/cooccurrence/cellFile.js";
import type { NewFile } from "../../storage/files/scratchFolder.js";
import type { ShardCells, ShardOptions } from "./cooccurrenceShard.js";

export interface ShardThreadData {
  readonly options: ShardOptions;
  /** How the paths of its files begin. */
  readonly prefix: string;
}

export type FileName = Pick<CellFile, "path" | "cells">;

/** `ShardCells` as a thread tells them. */
export interface ShardFiles {
  readonly cells: number;
  readonly hasHalves: boolean;
  readonly upper: readonly FileName[];
  readonly mirrored: readonly FileName[];
}

/** Shards on threads of their own, each of which is sent all windows. */
export class ShardThreads {
  readonly #workers: Worker[];
  readonly #onCounted: () => void;
  /** Batches that each thread has counted. */
  readonly #counted: number[];
  readonly #results: Promise<ShardCells>[];
  #told = 0;
  #closed = false;

  constructor(
    shards: readonly ShardOptions[],
    newFile: NewFile,
    events: { readonly onCounted: () => void; readonly onError: (error: unknown) => void },
  ) {
    this.#onCounted = events.onCounted;
    this.#counted = shards.map(() => 0);
    this.#workers = shards.map((options) => {
      const workerData: ShardThreadData = { options, prefix: newFile() };
      // What it needs is in large arrays, so a young generation of the usual size would only take memory.
      const resourceLimits = { maxYoungGenerationSizeMb: 4 };
      return new Worker(new URL("./shardThread.js", import.meta.url), { workerData, resourceLimits, execArgv: [] });
    });
    for (const worker of this.#workers) {
      worker.on("error", events.onError);
      worker.on("exit", (code) => {
        if (!this.#closed) events.onError(lost(code));
      });
    }
    this.#results = this.#workers.map((worker, shard) => this.#resultOf(worker, shard));
  }

  add({ ids, radius, sentenceOffsets, firstCentre, endCentre, windowSize, side }: WindowView): void {
    // Other receivers of the batch may still read it, so its arrays are copied and not moved.
    const view: WindowView = { ids, radius, sentenceOffsets, firstCentre, endCentre, windowSize, side };
    for (const worker of this.#workers) worker.postMessage(view);
  }

  async finish(): Promise<ShardCells[]> {
    for (const worker of this.#workers) worker.postMessage("finish");
    const results = await Promise.all(this.#results);
    await this.close();
    return results;
  }

  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all(this.#workers.map((worker) => worker.terminate()));
  }

  #resultOf(worker: Worker, shard: number): Promise<ShardCells> {
    return new Promise((resolve) => {
      worker.on("message", (message: "counted" | ShardFiles) => {
        if (message === "counted") this.#countedOne(shard);
        else resolve(cellsOf(message));
      });
    });
  }

  /** A batch is counted when the last of the threads has counted it. */
  #countedOne(shard: number): void {
    this.#counted[shard]!++;
    if (Math.min(...this.#counted) === this.#told) return;
    this.#told++;
    this.#onCounted();
  }
}

function cellsOf({ cells, hasHalves, upper, mirrored }: ShardFiles): ShardCells {
  const files = (names: readonly FileName[]) => names.map(({ path, cells }) => new CellFile(path, cells));
  return { cells, hasHalves, upper: files(upper)[0] ?? [], mirrored: files(mirrored) };
}

const lost = (code: number): Error =>
  new Error(`accumulateCooccurrence: threads must live until counting ends, got exit code ${code}`);
