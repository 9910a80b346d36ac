import { distanceUnits } from "../../kernels/cooccurrence/distanceUnits.js";
import { tableOf } from "../../kernels/cooccurrence/finalTable.js";
import { rowRanges } from "../../kernels/cooccurrence/rowRanges.js";
import { WindowWeights } from "../../kernels/embedding/windowWeights.js";
import { requireFixed } from "../../kernels/vocabulary/vocabulary.js";
import type { ContextBatch } from "../../schemas/contexts.js";
import type { DistanceWeighting, FinalCooccurrence } from "../../schemas/cooccurrence.js";
import { mostFiles, readWithin } from "../../storage/cooccurrence/cellFile.js";
import { ScratchFolder } from "../../storage/files/scratchFolder.js";
import { CooccurrenceShard, type ShardCells, type ShardOptions } from "./cooccurrenceShard.js";
import { ShardThreads } from "./shardThreads.js";

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
 * Counts within a memory budget: half of it while counting, and while finishing a quarter for mirroring a symmetric table and an eighth
 * to read files, of which neighbours are merged first where there are more than 64. Threads count some rows each, so that every one
 * of them can finish its own.
 *
 * Disk: 16 bytes per cell of each full buffer, and 16 per cell of the table. What a table keeps on the disk is removed by its `close`,
 * everything else when the table is done or has failed.
 */
export class CooccurrenceAccumulator {
  readonly #options: AccumulatorOptions;
  readonly #scratch: ScratchFolder;
  #first: ContextBatch | undefined;
  #shard: CooccurrenceShard | undefined;
  #threads: ShardThreads | undefined;
  #unitsPerCount = 1;
  #weights: WindowWeights | undefined;
  /** What all windows so far weigh, in units. */
  #units = 0n;

  constructor(options: AccumulatorOptions) {
    this.#options = options;
    this.#scratch = new ScratchFolder(options.scratch);
  }

  add(batch: ContextBatch): void {
    if (!this.#first) this.#open(batch);
    this.#units += this.#weights!.ofRightEnds(batch);
    if (this.#shard) this.#shard.add(batch);
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
    const { vocabulary, windowSize, side } = this.#first;
    const shards = await this.#finishShards(signal);
    const hasHalves = shards.some((shard) => shard.hasHalves);
    const length = shards.reduce((sum, { cells }) => sum + cells, 0);
    // In halves of a unit, which a symmetric table counts in, windows on one side are seen from both ends.
    const timesCounted = symmetric ? (side === "both" ? 2n : 4n) : 1n;
    return tableOf({
      vocabulary,
      metadata: { windowSize, weighting, symmetric, unitsPerCount: this.#unitsPerCount * (hasHalves ? 2 : 1) },
      unitsPerWeight: this.#unitsPerCount * (symmetric ? 2 : 1),
      length,
      units: timesCounted * this.#units,
      open: () =>
        readWithin(memory / 4, [...shards.flatMap(({ mirrored }) => mirrored), ...shards.map(({ upper }) => upper)]),
      close: () => this.#scratch.remove(),
    });
  }

  async #finishShards(signal: AbortSignal): Promise<ShardCells[]> {
    if (this.#threads) return this.#threads.finish();
    const cells = await this.#shard!.finish(signal);
    this.#shard = undefined; // its memory is free, while the table lives
    return [cells];
  }

  #open(batch: ContextBatch): void {
    requireFixed("accumulateCooccurrence", batch.vocabulary);
    this.#first = batch;
    const { weighting, symmetric, memory, workers, onCounted, onError } = this.#options;
    const { windowSize, vocabulary } = batch;
    const { unitsPerCount, ofDistance } = distanceUnits(weighting, windowSize);
    this.#unitsPerCount = unitsPerCount;
    this.#weights = new WindowWeights(ofDistance);
    const count = Math.max(1, workers);
    const shards = rowRanges(vocabulary.counts, { windowSize, symmetric }, count).map(
      ({ first, end }): ShardOptions => ({
        terms: vocabulary.terms.length,
        firstRow: first,
        endRow: end,
        windowSize,
        symmetric,
        ofDistance,
        memory: memory / count,
        mostFiles: Math.max(4, Math.floor(mostFiles / count)),
        intoFiles: workers > 0,
      }),
    );
    const { newFile } = this.#scratch;
    if (workers === 0) this.#shard = new CooccurrenceShard(shards[0]!, newFile);
    else this.#threads = new ShardThreads(shards, newFile, { onCounted, onError });
  }
}
