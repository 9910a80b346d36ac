import type { TextStretch } from "../../kernels/cooccurrence/textBlock.js";
import { ThreadPool } from "../../runtime/threads.js";
import { StoredRows } from "../../storage/cooccurrence/rowStore.js";
import type { NewFile } from "../../storage/files/scratchFolder.js";
import type { CountingShards, FinishedRows, ShardOptions } from "./cooccurrenceShard.js";

export interface ShardThreadData {
  readonly options: ShardOptions;
  /** Of the stretch to be counted, in memory that is shared. */
  readonly counts: Uint32Array;
  /** How the paths of its files begin. */
  readonly prefix: string;
}

/** Shards on threads of their own, which count a stretch of text together. */
export class ShardThreads implements CountingShards {
  readonly #threads: ThreadPool<TextStretch | "finish", "counted" | FinishedRows>;

  constructor(shards: readonly ShardOptions[], counts: Uint32Array, newFile: NewFile) {
    this.#threads = new ThreadPool(
      new URL("./shardThread.js", import.meta.url),
      shards.map((options) => ({
        workerData: { options, counts, prefix: newFile() } satisfies ShardThreadData,
        // What it needs is in large arrays, so a young generation of the usual size would only take memory.
        resourceLimits: { maxYoungGenerationSizeMb: 4 },
        lost,
      })),
    );
  }

  async count(stretch: TextStretch): Promise<void> {
    await this.#threads.askAll(stretch);
  }

  async finish(): Promise<FinishedRows> {
    const answers = (await this.#threads.askAll("finish")) as FinishedRows[];
    await this.close();
    return {
      rows: answers.flatMap(({ rows }) => rows.map(({ cells, place }) => new StoredRows(cells, place))),
      hasHalves: answers.some(({ hasHalves }) => hasHalves),
    };
  }

  close(): Promise<void> {
    return this.#threads.close();
  }
}

const lost = (found: string): Error =>
  new Error(`accumulateCooccurrence: threads must live until counting ends, got ${found}`);
