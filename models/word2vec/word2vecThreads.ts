import { readFileSync } from "node:fs";
import { setFlagsFromString } from "node:v8";
import { makeNoiseTable, type NoiseTable } from "../../kernels/embedding/negativeSampling.js";
import {
  CHANGES,
  CONTROL_LENGTH,
  changeVocabulary,
  inputRowsOf,
  makeWord2vecMemory,
  PUBLISHED,
  SLOT_CENTRES,
  SLOTS,
  STOPPED,
  sliceEdgesOf,
  type Word2vecMemory,
  weightsOf,
  writeEndOfGroup,
  writeSlot,
} from "../../kernels/embedding/word2vecMemory.js";
import { fusesMultiplyAdd, type SlotDone, type Word2vecJob } from "../../kernels/embedding/word2vecThread.js";
import type { Word2vecEngine, Word2vecSettings, Word2vecWeights } from "../../kernels/embedding/word2vecTrainer.js";
import { compileKernel, isValidKernel, type WasmModule } from "../../kernels/numbers/webAssembly.js";
import type { VocabularyChange } from "../../kernels/vocabulary/vocabularyChange.js";
import { Thread } from "../../runtime/threads.js";
import { withResolvers } from "../../runtime/withResolvers.js";
import type { ContextBatch, StepStats } from "../../schemas/index.js";

export interface ThreadSettings {
  readonly workers: number;
  /** The same bytes at any number of workers, or each worker on its own text, unsynchronised (Recht et al. 2011, Hogwild). */
  readonly deterministic: boolean;
  /** Multiply and add with one rounding, where the engine can. */
  readonly fused: boolean;
}

interface Step {
  /** What each thread must have learned from when it has done it. */
  readonly examples: number;
  /** Threads that have not done it yet. */
  missing: number;
  readonly done: Promise<SlotDone>;
  readonly resolve: (slot: SlotDone) => void;
  readonly reject: (error: Error) => void;
}

/**
 * word2vec on threads with compiled kernels, while this thread goes on reading. `update` takes batches in the order of its calls and
 * resolves once its batch was trained; some may be under way at once.
 * State: the shared memory, 8 slots of 16,384 windows among it.
 */
export class Word2vecThreads implements Word2vecEngine {
  readonly #settings: Word2vecSettings;
  readonly #terms: number;
  readonly #shared: Word2vecMemory;
  readonly #state: Int32Array;
  readonly #threads: readonly Thread<never, SlotDone>[];
  readonly #together: boolean;
  /** The step in each slot. */
  readonly #steps: (Step | undefined)[] = new Array(SLOTS).fill(undefined);
  #published = 0;
  #underWay = 0;
  #written: Promise<void> = Promise.resolve();
  #slotFreed: () => void = () => {};
  #failure: Error | undefined;
  /** How products were rounded: the same with `fused` on any machine that has it. */
  readonly arithmetic: "fused" | "plain";

  constructor(settings: Word2vecSettings, counts: Float64Array, { workers, deterministic, fused }: ThreadSettings) {
    const slices = sliceEdgesOf(settings.vectorSize, settings.architecture).length - 1;
    const threads = deterministic ? Math.min(workers, slices) : workers;
    this.#settings = settings;
    this.#terms = counts.length;
    this.#together = deterministic;
    this.#shared = makeWord2vecMemory(settings, counts, threads, deterministic);
    this.#state = new Int32Array(this.#shared.memory.buffer, this.#shared.control, CONTROL_LENGTH);
    const module = loadKernel(fused);
    this.arithmetic = fusesMultiplyAdd(module, this.#shared.memory) ? "fused" : "plain";
    this.#threads = Array.from({ length: threads }, (_, thread) => this.#start(module, thread));
  }

  async update(batch: ContextBatch, change?: VocabularyChange): Promise<StepStats> {
    const noise = change && makeNoiseTable(change.counts, this.#settings.exponent); // now, while the threads are at work
    const before = this.#written;
    let wrote: () => void = () => {};
    this.#written = new Promise((resolve) => {
      wrote = resolve;
    });
    this.#hold();
    try {
      await before;
      if (change) await this.#change(change, noise!);
      const steps: { readonly done: Promise<SlotDone> }[] = [];
      let taken = 0;
      for (let from = batch.firstCentre; from < batch.endCentre; from += SLOT_CENTRES) {
        const centres = [from, Math.min(batch.endCentre, from + SLOT_CENTRES)] as const;
        steps.push(await this.#publish((slot) => writeSlot(this.#shared, slot, batch, centres, this.#settings)));
        taken += centres[1] - from;
      }
      wrote();
      const done = await Promise.all(steps.map((step) => step.done));
      const sum = (of: "loss" | "examples") => done.reduce((total, slot) => total + slot[of], 0);
      return { taken, examples: sum("examples"), loss: sum("loss"), epoch: batch.epoch };
    } finally {
      wrote();
      this.#release();
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
    for (const thread of this.#threads) thread.letEnd();
    this.#hold();
    this.#tell(STOPPED, 1);
    await this.#ended();
    if (this.#failure) throw this.#failure;
    return this.rows();
  }

  async close(): Promise<void> {
    this.#hold(); // the process must live until its threads have ended, also between two batches
    this.#fail(new Error("word2vec: training must not go on after close, got a batch"));
    await this.#ended();
  }

  #start(module: WasmModule, thread: number): Thread<never, SlotDone> {
    const workerData: Word2vecJob = { module, shared: this.#shared, thread, together: this.#together };
    const started = new Thread<never, SlotDone>(
      new URL("./word2vecWorker.js", import.meta.url),
      { workerData, lost: (found) => new Error(found), onLost: ({ message }) => this.#fail(lost(message)) },
      (slot) => this.#done(slot),
    );
    started.hold(false); // a model that was forgotten must not keep the process alive
    return started;
  }

  #ended(): Promise<unknown> {
    return Promise.all(this.#threads.map(({ ended }) => ended));
  }

  #tell(what: number, value: number): void {
    Atomics.store(this.#state, what, value);
    Atomics.add(this.#state, CHANGES, 1);
    Atomics.notify(this.#state, CHANGES);
  }

  /** Lets the threads finish what they have, and changes the weights and the noise beneath them. */
  async #change(change: VocabularyChange, noise: NoiseTable): Promise<void> {
    await this.#publish((slot) => writeEndOfGroup(this.#shared, slot));
    await Promise.all(this.#steps.map((step) => step?.done));
    changeVocabulary(this.#shared, change, noise, this.#settings.vectorSize);
  }

  /** Fills the next slot, once it is free; the step is not awaited. */
  async #publish(write: (slot: number) => number): Promise<{ readonly done: Promise<SlotDone> }> {
    await this.#freeSlot();
    const slot = this.#published++ % SLOTS;
    const examples = write(slot);
    const { promise: done, resolve, reject } = withResolvers<SlotDone>();
    done.catch(() => {}); // awaited only after the last piece of its batch
    this.#steps[slot] = { examples, missing: this.#together ? this.#threads.length : 1, done, resolve, reject };
    this.#tell(PUBLISHED, this.#published);
    return { done };
  }

  #done(done: SlotDone): void {
    const slot = done.turn % SLOTS;
    const step = this.#steps[slot]!;
    if (done.examples !== step.examples) {
      this.#fail(unlearned(step.examples, done.examples));
      return;
    }
    if (--step.missing > 0) return; // threads that train together see the same loss
    this.#steps[slot] = undefined;
    step.resolve(done);
    this.#slotFreed();
  }

  async #freeSlot(): Promise<void> {
    while (!this.#failure && this.#steps[this.#published % SLOTS])
      await new Promise<void>((resolve) => {
        this.#slotFreed = resolve;
      });
    if (this.#failure) throw this.#failure;
  }

  /** Ends every thread, also those that wait for the one that failed. */
  #fail(error: Error): void {
    this.#failure ??= error;
    for (const step of this.#steps) step?.reject(this.#failure);
    this.#slotFreed();
    for (const thread of this.#threads) void thread.close();
  }

  #hold(): void {
    if (this.#underWay++ === 0) for (const thread of this.#threads) thread.hold(true);
  }

  #release(): void {
    if (--this.#underWay === 0) for (const thread of this.#threads) thread.hold(false);
  }
}

const lost = (reason: string): Error =>
  new Error(`word2vec: a training thread must live until training ends, got ${reason}`);

const unlearned = (examples: number, found: number): Error =>
  new Error(`word2vec: a training thread must learn from all ${examples} examples that it is given, got ${found}`);

/** Compiled at once by the optimising compiler: most of the work is done in few calls, which tier up late. */
function loadKernel(fused: boolean): WasmModule {
  const read = (name: string) => readFileSync(new URL(`../../kernels/assembly/${name}`, import.meta.url));
  const relaxed = read("word2vec.relaxed.wasm");
  if (fused && !isValidKernel(relaxed)) setFlagsFromString("--experimental-wasm-relaxed-simd"); // Node 20 and 21
  setFlagsFromString("--no-liftoff");
  try {
    return compileKernel(fused && isValidKernel(relaxed) ? relaxed : read("word2vec.wasm"));
  } finally {
    setFlagsFromString("--liftoff");
  }
}
