import { makeNoiseTable, type NoiseTable } from "../../kernels/embedding/negativeSampling.js";
import {
  changeVocabulary,
  inputRowsOf,
  makeWord2vecMemory,
  SLOT_CENTRES,
  sliceEdgesOf,
  type Word2vecMemory,
  weightBytes,
  weightsOf,
  writeEndOfGroup,
  writeSlot,
} from "../../kernels/embedding/word2vecMemory.js";
import { type SlotWriter, slotTrainer, slotWriter, type Word2vecJob } from "../../kernels/embedding/word2vecThread.js";
import type { Word2vecEngine, Word2vecSettings, Word2vecWeights } from "../../kernels/embedding/word2vecTrainer.js";
import { closeUpRows } from "../../kernels/numbers/moveRows.js";
import { CONTROL_LENGTH, SLOTS, type SlotDone } from "../../kernels/numbers/slotRing.js";
import type { VocabularyChange } from "../../kernels/vocabulary/vocabularyChange.js";
import { collectGarbage } from "../../runtime/collectGarbage.js";
import { SlotThreads } from "../../runtime/slotThreads.js";
import type { ContextBatch, StepStats } from "../../schemas/index.js";
import { loadKernel } from "../trainingKernel.js";

/** Weights beside which the garbage of reading a vocabulary is worth being collected. */
const LARGE_WEIGHTS = 16 * 2 ** 20;

export interface ThreadSettings {
  readonly workers: number;
  /** The same bytes at any number of workers, or each worker on its own text, unsynchronised (Recht et al. 2011, Hogwild). */
  readonly deterministic: boolean;
  /** Multiply and add with one rounding, where the engine can. */
  readonly fused: boolean;
}

/**
 * word2vec on threads with compiled kernels, while this thread goes on reading, and helps where slots are not trained in their order. `update` takes batches in the order of its calls and
 * resolves once its batch was trained; some may be under way at once.
 * State: the shared memory, 8 slots of 16,384 windows among it.
 */
export class Word2vecThreads implements Word2vecEngine {
  readonly #settings: Word2vecSettings;
  readonly #terms: number;
  readonly #shared: Word2vecMemory;
  readonly #writer: SlotWriter;
  readonly #threads: SlotThreads;
  #written: Promise<void> = Promise.resolve();
  /** How products were rounded: the same with `fused` on any machine that has it. */
  readonly arithmetic: "fused" | "plain";

  constructor(settings: Word2vecSettings, counts: Float64Array, { workers, deterministic, fused }: ThreadSettings) {
    const slices = sliceEdgesOf(settings.vectorSize, settings.architecture).length - 1;
    const trainers = deterministic ? Math.min(workers, slices) : workers;
    // This thread is one of those that train, where the ring has room for what the others do and have waiting.
    const helps = !deterministic && trainers > 1 && 2 * (trainers - 1) < SLOTS;
    this.#settings = settings;
    this.#terms = counts.length;
    if (weightBytes(counts.length, settings.vectorSize) >= LARGE_WEIGHTS) this.#written = collectGarbage();
    const shared = makeWord2vecMemory(settings, counts, trainers, deterministic);
    this.#shared = shared;
    const module = loadKernel("word2vec", fused);
    this.#writer = slotWriter(module, shared);
    this.#writer.drawRows(settings.vectorSize, settings.seed);
    this.arithmetic = this.#writer.fuses ? "fused" : "plain";
    const jobs = Array.from(
      { length: trainers },
      (_, thread): Word2vecJob => ({ module, shared, thread, together: deterministic }),
    );
    this.#threads = new SlotThreads({
      who: "word2vec",
      script: new URL("./word2vecWorker.js", import.meta.url),
      jobs: helps ? jobs.slice(1) : jobs,
      state: new Int32Array(shared.memory.buffer, shared.control, CONTROL_LENGTH),
      together: deterministic,
      help: helps ? slotTrainer(jobs[0]!).train : undefined,
    });
  }

  async update(batch: ContextBatch, change?: VocabularyChange): Promise<StepStats> {
    const noise = change && makeNoiseTable(change.counts, this.#settings.exponent); // now, while the threads are at work
    const before = this.#written;
    let wrote: () => void = () => {};
    this.#written = new Promise((resolve) => {
      wrote = resolve;
    });
    this.#threads.hold();
    try {
      await before;
      if (change) await this.#change(change, noise!);
      const steps: { readonly done: Promise<SlotDone> }[] = [];
      let taken = 0;
      for (let from = batch.firstCentre; from < batch.endCentre; from += SLOT_CENTRES) {
        const centres = [from, Math.min(batch.endCentre, from + SLOT_CENTRES)] as const;
        steps.push(await this.#publish((slot) => this.#write(slot, batch, centres)));
        taken += centres[1] - from;
      }
      wrote();
      const done = await Promise.all(steps.map((step) => step.done));
      const sum = (of: "loss" | "examples") => done.reduce((total, slot) => total + slot[of], 0);
      return { taken, examples: sum("examples"), loss: sum("loss"), epoch: batch.epoch };
    } finally {
      wrote();
      this.#threads.release();
    }
  }

  get weights(): Word2vecWeights {
    return weightsOf(this.#shared, this.#terms, this.#settings.vectorSize);
  }

  rows(): Float32Array {
    return inputRowsOf(this.#shared, this.#terms, this.#settings.vectorSize);
  }

  async finish(): Promise<Float32Array> {
    await this.#written;
    await this.#threads.finish();
    const { vectorSize } = this.#settings;
    const { input } = weightsOf(this.#shared, this.#terms, vectorSize);
    return closeUpRows(input, this.#terms, vectorSize, input.length / this.#terms);
  }

  close(): Promise<void> {
    return this.#threads.close();
  }

  #write(slot: number, batch: ContextBatch, centres: readonly [number, number]): number {
    return writeSlot(this.#shared, slot, batch, centres, this.#settings, this.#writer.layWindows);
  }

  /** Lets the threads finish what they have, and changes the weights and the noise beneath them. */
  async #change(change: VocabularyChange, noise: NoiseTable): Promise<void> {
    await this.#publish((slot) => writeEndOfGroup(this.#shared, slot));
    await this.#threads.idle();
    changeVocabulary(this.#shared, change, noise, this.#settings.vectorSize);
  }

  /** Fills the next slot, once it is free; the step is not awaited. */
  async #publish(write: (slot: number) => number): Promise<{ readonly done: Promise<SlotDone> }> {
    return this.#threads.publish(write(await this.#threads.freeSlot()));
  }
}
