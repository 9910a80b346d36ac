import { setImmediate as otherWork } from "node:timers/promises";
import type { TextStretch } from "../../kernels/cooccurrence/textBlock.js";
import type { NewFile } from "../../storage/files/scratchFolder.js";
import {
  allSteps,
  CooccurrenceShard,
  type CountingShards,
  type FinishedRows,
  type ShardOptions,
} from "./cooccurrenceShard.js";

export interface OwnShardOptions extends ShardOptions {
  /** Batches can wait while a stretch is counted, for the source does so too. */
  readonly canWait: boolean;
}

/** A shard of all rows in this thread; where batches can wait, other work has its turn between the steps. */
export class OwnShard implements CountingShards {
  readonly #shard: CooccurrenceShard;
  readonly #counts: Uint32Array;
  readonly #canWait: boolean;
  readonly #abort = new AbortController();
  #working: Promise<unknown> | undefined;

  constructor({ canWait, ...options }: OwnShardOptions, counts: Uint32Array, newFile: NewFile) {
    this.#shard = new CooccurrenceShard(options, newFile);
    this.#counts = counts;
    this.#canWait = canWait;
  }

  count(stretch: TextStretch): Promise<void> | undefined {
    const steps = this.#shard.count(stretch, this.#counts);
    if (this.#canWait) return this.#inTurns(steps);
    allSteps(steps);
    return undefined;
  }

  finish(): Promise<FinishedRows> {
    return this.#inTurns(this.#shard.finish());
  }

  close(): Promise<void> | undefined {
    this.#abort.abort();
    return this.#working?.then(nothing, nothing);
  }

  #inTurns<T>(steps: Generator<void, T>): Promise<T> {
    const work = inTurns(steps, this.#abort.signal);
    this.#working = work;
    return work;
  }
}

async function inTurns<T>(steps: Generator<void, T>, signal: AbortSignal): Promise<T> {
  try {
    for (;;) {
      const { done, value } = steps.next();
      if (done) return value;
      await otherWork();
      signal.throwIfAborted();
    }
  } finally {
    steps.return(undefined as never);
  }
}

/** What failed is told to whoever asked for it. */
const nothing = (): void => {};
