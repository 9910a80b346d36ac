import {
  BAG_SLOT_WORDS,
  type BagMemory,
  bagRates,
  bagSlices,
  bagStride,
  bagWeights,
  makeBagMemory,
} from "../../kernels/linear/bagMemory.js";
import type { RecordChunk } from "../../kernels/linear/bagRecords.js";
import { type BagJob, bagsFuse, writeBags } from "../../kernels/linear/bagThread.js";
import type { BagEngine, BagSettings, BagStep } from "../../kernels/linear/bagTrainer.js";
import { CONTROL_LENGTH, type SlotDone } from "../../kernels/numbers/slotRing.js";
import { SlotThreads } from "../../runtime/slotThreads.js";
import { loadKernel } from "../trainingKernel.js";

export interface BagThreadSettings {
  /** The model, for messages. */
  readonly who: string;
  readonly workers: number;
  /** The same bytes at any number of workers, or each worker on its own examples, unsynchronised (Recht et al. 2011, Hogwild). */
  readonly deterministic: boolean;
  /** Multiply and add with one rounding, where the engine can. */
  readonly fused: boolean;
}

/**
 * A linear model over bags of features, on threads with compiled kernels. `learn` takes records in the order of its calls, and resolves once
 * they were learned from; some calls may be under way at once. State: the shared memory, 8 slots of 1 MiB among it.
 */
export class BagThreads implements BagEngine {
  readonly #settings: BagSettings;
  readonly #shared: BagMemory;
  readonly #threads: SlotThreads;
  #written: Promise<void> = Promise.resolve();
  readonly weights: { readonly input: Float32Array; readonly output: Float32Array };
  readonly stride: number;
  readonly rates: Float32Array | undefined;
  readonly arithmetic: "fused" | "plain";
  labels = 0;
  restRate: number;

  constructor(settings: BagSettings, { who, workers, deterministic, fused }: BagThreadSettings) {
    const threads = deterministic ? Math.min(workers, bagSlices(settings.vectorSize).length - 1) : workers;
    const shared = makeBagMemory(who, settings, threads, deterministic);
    const module = loadKernel("bags", fused);
    this.#settings = settings;
    this.#shared = shared;
    this.weights = bagWeights(shared, settings);
    this.rates = bagRates(shared, settings);
    this.restRate = settings.rates?.rest ?? 1;
    this.stride = bagStride(settings.vectorSize);
    this.arithmetic = bagsFuse(module, shared) ? "fused" : "plain";
    this.#threads = new SlotThreads({
      who,
      script: new URL("./bagWorker.js", import.meta.url),
      jobs: Array.from(
        { length: threads },
        (_, thread): BagJob => ({ module, shared, thread, together: deterministic }),
      ),
      state: new Int32Array(shared.memory.buffer, shared.control, CONTROL_LENGTH),
      together: deterministic,
    });
  }

  async learn({ words, starts }: RecordChunk): Promise<BagStep> {
    const { labels, restRate } = this;
    const before = this.#written;
    let wrote: () => void = () => {};
    this.#written = new Promise((resolve) => {
      wrote = resolve;
    });
    this.#threads.hold();
    try {
      await before;
      const steps: { readonly done: Promise<SlotDone> }[] = [];
      for (let from = 0; from < starts.length - 1; ) {
        const slot = await this.#threads.freeSlot();
        const to = this.#fitting(starts, from);
        writeBags(this.#shared, slot, words.subarray(starts[from], starts[to]), to - from, { labels, restRate });
        steps.push(this.#threads.publish(to - from));
        from = to;
      }
      wrote();
      const done = await Promise.all(steps.map((step) => step.done));
      const sum = (of: "loss" | "examples") => done.reduce((total, slot) => total + slot[of], 0);
      return { loss: sum("loss"), examples: sum("examples") };
    } finally {
      wrote();
      this.#threads.release();
    }
  }

  /** Up to which record a slot has room, in whole groups. */
  #fitting(starts: Uint32Array, from: number): number {
    const { groupSize } = this.#settings;
    const last = starts.length - 1;
    let to = from;
    while (to < last && starts[Math.min(last, to + groupSize)]! - starts[from]! <= BAG_SLOT_WORDS)
      to = Math.min(last, to + groupSize);
    return to;
  }

  async idle(): Promise<void> {
    await this.#written;
    await this.#threads.idle();
  }

  async finish(): Promise<void> {
    await this.#written;
    await this.#threads.finish();
  }

  close(): Promise<void> {
    return this.#threads.close();
  }
}
