import { decodeRecords } from "../../kernels/cooccurrence/cellRecords.js";
import { distanceUnits } from "../../kernels/cooccurrence/distanceUnits.js";
import { counterBytes } from "../../kernels/cooccurrence/rowCounter.js";
import { rowRanges } from "../../kernels/cooccurrence/rowRanges.js";
import { TextBlock } from "../../kernels/cooccurrence/textBlock.js";
import { WindowWeights } from "../../kernels/embedding/windowWeights.js";
import { requireFixed } from "../../kernels/vocabulary/vocabulary.js";
import { collectGarbage } from "../../runtime/collectGarbage.js";
import type { ContextBatch } from "../../schemas/contexts.js";
import type { DistanceWeighting, FinalCooccurrence } from "../../schemas/cooccurrence.js";
import { ScratchFolder } from "../../storage/files/scratchFolder.js";
import type { CountingShards } from "./cooccurrenceShard.js";
import { OwnShard } from "./ownShard.js";
import { readRecords } from "./readRecords.js";
import { ShardThreads } from "./shardThreads.js";

/** Of the memory, for text, and how many of its places are noted at once; the rest is left for what threads take besides, and the rows. */
const TEXT_SHARE = 1 / 6;
const NOTED_SHARE = 1 / 8;
/** In so little memory, the heap of the passes before would take more than so much text. */
const LITTLE_MEMORY = 2 ** 28;
const MUCH_TEXT = 2 ** 22;
/** Fewer places would only take time. */
const LEAST_PLACES = 2 ** 12;

export interface AccumulatorOptions {
  readonly weighting: DistanceWeighting;
  readonly symmetric: boolean;
  /** Bytes of text that waits to be counted and of rows that were, together. */
  readonly memory: number;
  /** Where files go that do not fit in it. */
  readonly scratch: string | undefined;
  /** Threads that count; 0 counts in this one. */
  readonly workers: number;
  /** Whether the source waits as long as batches do. */
  readonly canWait: boolean;
  /** A batch waits no more. */
  readonly onTaken: () => void;
  /** A thread failed. */
  readonly onError: (error: unknown) => void;
}

/**
 * Counts within a memory budget: a sixth of it holds text, whose windows are counted whenever it is full, and an eighth the rows of all stretches,
 * which go to files beyond it. Each shard counts some rows, and at the end adds up its own. Threads leave all rows in files.
 *
 * Disk: 3 to 6 bytes per cell of each full stretch of text and of the table, twice while they are added up. What a table keeps on the disk is
 * removed by its `close`, everything else when the table is done or has failed.
 */
export class CooccurrenceAccumulator {
  readonly #options: AccumulatorOptions;
  readonly #scratch: ScratchFolder;
  readonly #waiting: ContextBatch[] = [];
  #first: ContextBatch | undefined;
  #block: TextBlock | undefined;
  #hasGivenBack = false;
  #shards: CountingShards | undefined;
  /** Ends when the text was counted that is being counted now. */
  #counting: Promise<void> | undefined;
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
    this.#waiting.push(batch);
    this.#takeWaiting();
  }

  async abandon(): Promise<void> {
    const closing = this.#shards?.close();
    if (closing) await closing;
    this.#scratch.remove();
  }

  /** The whole table; nothing can be added afterwards. */
  async finish(signal: AbortSignal): Promise<FinalCooccurrence> {
    if (!this.#first) throw new RangeError("accumulateCooccurrence: the stream must have windows, got none");
    const { weighting, symmetric } = this.#options;
    const { vocabulary, windowSize, side } = this.#first;
    while (this.#counting) await this.#counting;
    await this.#shards!.count(this.#block!.stretch);
    const { rows, hasHalves } = await this.#shards!.finish();
    signal.throwIfAborted();
    this.#block = undefined; // its memory is free, while the table lives
    this.#shards = undefined;
    const length = rows.reduce((sum, { cells }) => sum + cells, 0);
    // In halves of a unit, which a symmetric table counts in, windows on one side are seen from both ends.
    const timesCounted = symmetric ? (side === "both" ? 2n : 4n) : 1n;
    const units = {
      unitsPerWeight: this.#unitsPerCount * (symmetric ? 2 : 1),
      units: timesCounted * this.#units,
    };
    const records = () => readRecords(rows, units);
    return {
      vocabulary,
      metadata: { windowSize, weighting, symmetric, unitsPerCount: this.#unitsPerCount * (hasHalves ? 2 : 1) },
      length,
      batches: (options) => decodeRecords(records(), options),
      records,
      close: () => this.#scratch.remove(),
    };
  }

  /** Takes batches up into the text, as long as nothing of it is being counted. */
  #takeWaiting(): void {
    const block = this.#block!;
    while (this.#waiting.length > 0 && !this.#counting) {
      if (block.hasRoomFor(this.#waiting[0]!)) {
        block.add(this.#waiting.shift()!);
        this.#makeRoomFor(block);
        this.#options.onTaken();
      } else this.#count(block);
    }
  }

  #makeRoomFor({ bytes }: TextBlock): void {
    if (this.#hasGivenBack || bytes < MUCH_TEXT || this.#options.memory > LITTLE_MEMORY) return;
    this.#hasGivenBack = true;
    collectGarbage().catch(this.#options.onError);
  }

  #count(block: TextBlock): void {
    const counted = this.#shards!.count(block.stretch);
    if (!counted) block.clear();
    else {
      this.#counting = counted.then(() => {
        this.#counting = undefined;
        block.clear();
        this.#takeWaiting();
      });
      this.#counting.catch(this.#options.onError);
    }
  }

  #open(batch: ContextBatch): void {
    requireFixed("accumulateCooccurrence", batch.vocabulary);
    this.#first = batch;
    const { weighting, symmetric, workers, canWait, memory } = this.#options;
    const { windowSize, vocabulary, side } = batch;
    const { unitsPerCount, ofDistance } = distanceUnits(weighting, windowSize);
    this.#unitsPerCount = unitsPerCount;
    this.#weights = new WindowWeights(ofDistance);
    const terms = vocabulary.terms.length;
    const ranges = rowRanges(vocabulary.counts, windowSize, Math.max(1, workers));
    const bytes = Math.min(memory * TEXT_SHARE, 2 ** 32);
    const places = Math.max(LEAST_PLACES, Math.ceil((bytes / 4 / ranges.length) * NOTED_SHARE));
    const bytesEach = counterBytes({ terms, places });
    const block = new TextBlock({ terms, windowSize, reserved: ranges.length * bytesEach, bytes });
    const shards = ranges.map(({ first, end }, i) => ({
      ...{ terms, places, firstRow: first, endRow: end, windowSize, side, symmetric, ofDistance },
      memory: block.memory,
      place: i * bytesEach,
      bytesInMemory: workers > 0 ? 0 : memory / 8,
    }));
    const { newFile } = this.#scratch;
    this.#block = block;
    this.#shards =
      workers > 0
        ? new ShardThreads(shards, block.counts, newFile)
        : new OwnShard({ ...shards[0]!, canWait }, block.counts, newFile);
  }
}
