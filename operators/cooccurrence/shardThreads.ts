import type { WindowView } from "../../kernels/cooccurrence/pairCounter.js";
import { ThreadPool } from "../../runtime/threads.js";
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

type ShardAnswer = "counted" | ShardFiles;

interface ShardEvents {
  /** All threads have counted a batch. */
  readonly onCounted: () => void;
  /** A thread failed. */
  readonly onError: (error: unknown) => void;
}

/** Shards on threads of their own, each of which is sent all windows. */
export class ShardThreads {
  readonly #threads: ThreadPool<WindowView | "finish", ShardAnswer>;
  readonly #events: ShardEvents;

  constructor(shards: readonly ShardOptions[], newFile: NewFile, events: ShardEvents) {
    this.#events = events;
    this.#threads = new ThreadPool(
      new URL("./shardThread.js", import.meta.url),
      shards.map((options) => ({
        workerData: { options, prefix: newFile() } satisfies ShardThreadData,
        // What it needs is in large arrays, so a young generation of the usual size would only take memory.
        resourceLimits: { maxYoungGenerationSizeMb: 4 },
        lost,
      })),
    );
  }

  add({ ids, radius, sentenceOffsets, firstCentre, endCentre, windowSize, side }: WindowView): void {
    // Other receivers of the batch may still read it, so its arrays are copied and not moved.
    const view: WindowView = { ids, radius, sentenceOffsets, firstCentre, endCentre, windowSize, side };
    this.#threads.askAll(view).then(this.#events.onCounted, this.#events.onError);
  }

  async finish(): Promise<ShardCells[]> {
    const files = (await this.#threads.askAll("finish")) as ShardFiles[];
    await this.close();
    return files.map(cellsOf);
  }

  close(): Promise<void> {
    return this.#threads.close();
  }
}

function cellsOf({ cells, hasHalves, upper, mirrored }: ShardFiles): ShardCells {
  const files = (names: readonly FileName[]) => names.map(({ path, cells }) => new CellFile(path, cells));
  return { cells, hasHalves, upper: files(upper)[0] ?? [], mirrored: files(mirrored) };
}

const lost = (found: string): Error =>
  new Error(`accumulateCooccurrence: threads must live until counting ends, got ${found}`);
