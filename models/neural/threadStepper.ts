import type { Network } from "../../kernels/neural/network.js";
import {
  type BlockRange,
  claimPlaces,
  type NetworkJob,
  type NetworkPlaces,
  type NetworkTask,
} from "../../kernels/neural/networkThread.js";
import { cutBatch, joinParts, meanScale, type PartOutcome, predictedPlaces } from "../../kernels/neural/stepParts.js";
import type { LearnOutcome, StepBatch, StepOptions, StepOutcome, Stepper } from "../../kernels/neural/stepper.js";
import { SharedHeap } from "../../kernels/neural/wasm/heap.js";
import { blocksOf, countOf } from "../../kernels/neural/wasm/parameters.js";
import { WasmEngine } from "../../kernels/neural/wasmEngine.js";
import { ThreadPool } from "../../runtime/threads.js";
import { loadKernel } from "../trainingKernel.js";

export interface ThreadStepperOptions {
  /** The model, for messages. */
  readonly who: string;
  /** What threads run: a module that calls `serveNetwork`. */
  readonly script: URL;
  /** What it makes the same network of; it can be cloned. */
  readonly settings: unknown;
  /** Of what the network draws. */
  readonly seed: number;
  /** Parts of a batch, whose gradients are made apart from each other: results depend on it. */
  readonly parts: number;
  readonly workers: number;
  /** Whether products and sums are rounded once where the machine can: faster, and other bytes. */
  readonly fused: boolean;
  /** Most bytes of memory: 4 GiB if left out. */
  readonly limit?: number;
}

/** A stepper on threads, and how many bytes of the kernels' memory they hold. */
export interface HeldStepper extends Stepper {
  readonly heldBytes: number;
}

/**
 * Learns on threads, with compiled kernels. Each part of a batch runs forward and backward on some thread and has a gradient of its own; these
 * are summed in the order of the parts, and all threads take a share of the parameters in the optimiser's step. The same bytes at any number of
 * threads. A gradient that is not finite is told of, and changes nothing.
 * Memory: 4 (3 + parts) bytes a parameter, and for each thread what one part makes.
 * @param values of all parameters, in the order of the network's forms
 * @throws RangeError from `learn` and `evaluate`, if that is more than the limit
 */
export function threadStepper(network: Network, values: Float32Array, options: ThreadStepperOptions): HeldStepper {
  const heap = SharedHeap.make(options.limit ?? 2 ** 32);
  const places = claimPlaces(heap, network.forms, options.parts);
  const module = loadKernel("neural", options.fused);
  const { name, arithmetic } = new WasmEngine(module, heap);
  const { seed, settings } = options;
  const job: NetworkJob = { module, memory: heap.memory, limit: heap.limit, places, seed, settings };
  const stepper = new ThreadStepper(heap, places, countOf(network.forms), options, { engine: name, arithmetic, job });
  stepper.write("values", values);
  return stepper;
}

class ThreadStepper implements HeldStepper {
  readonly engine: string;
  readonly arithmetic: string;
  readonly #heap: SharedHeap;
  readonly #places: NetworkPlaces;
  readonly #count: number;
  readonly #parts: number;
  readonly #threads: ThreadPool<NetworkTask, PartOutcome>;
  /** Blocks of parameters, divided among the threads. */
  readonly #shares: readonly BlockRange[];

  constructor(
    heap: SharedHeap,
    places: NetworkPlaces,
    count: number,
    { who, script, parts, workers }: ThreadStepperOptions,
    { engine, arithmetic, job }: { readonly engine: string; readonly arithmetic: string; readonly job: NetworkJob },
  ) {
    [this.engine, this.arithmetic] = [engine, arithmetic];
    [this.#heap, this.#places, this.#count, this.#parts] = [heap, places, count, parts];
    const blocks = blocksOf(count);
    this.#shares = Array.from({ length: workers }, (_, worker) => ({
      from: Math.floor((worker * blocks) / workers),
      to: Math.floor(((worker + 1) * blocks) / workers),
    }));
    const lost = (found: string) => new Error(`${who}: a training thread must live until training ends, got ${found}`);
    this.#threads = new ThreadPool(
      script,
      this.#shares.map(() => ({ workerData: job, lost })),
    );
    this.#threads.hold(false); // a model that was forgotten must not keep the process alive
  }

  learn(batch: StepBatch, options: StepOptions): Promise<LearnOutcome> {
    return this.#held(async () => {
      const predicted = predictedPlaces(batch.targets);
      const scale = meanScale(predicted);
      const cut = cutBatch(batch, this.#parts);
      const outcomes = await this.#ask(cut.map((each, part) => ({ kind: "learn", part, batch: each, scale })));
      await this.#ask(this.#shares.map((blocks) => ({ kind: "sum", parts: cut.length, blocks })));
      const gradientNorm = Math.sqrt(this.#squaredNorm());
      if (Number.isFinite(gradientNorm)) await this.#update(batch, options, gradientNorm);
      return { ...joinParts(outcomes, predicted), gradientNorm };
    });
  }

  evaluate(batch: StepBatch): Promise<StepOutcome> {
    return this.#held(async () => {
      const outcomes = await this.#ask(cutBatch(batch, this.#parts).map((each) => ({ kind: "evaluate", batch: each })));
      return joinParts(outcomes, predictedPlaces(batch.targets));
    });
  }

  get heldBytes(): number {
    return this.#heap.claimed;
  }

  read(which: "values" | "first" | "second"): Float32Array {
    return Float32Array.from(this.#array(which));
  }

  write(which: "values" | "first" | "second", values: Float32Array): void {
    this.#array(which).set(values);
  }

  close(): Promise<void> {
    return this.#threads.close();
  }

  async #update({ step }: StepBatch, options: StepOptions, norm: number): Promise<void> {
    const factor = options.clip > 0 && norm > options.clip ? options.clip / norm : 1;
    await this.#ask(this.#shares.map((blocks) => ({ kind: "update", blocks, options, factor, step: step + 1 })));
  }

  /** Blocks are added in their order. */
  #squaredNorm(): number {
    const sums = new Float64Array(this.#heap.memory.buffer, this.#places.norms, blocksOf(this.#count));
    return sums.reduce((sum, each) => sum + each, 0);
  }

  #array(which: "values" | "first" | "second"): Float32Array {
    return new Float32Array(this.#heap.memory.buffer, this.#places[which], this.#count);
  }

  /** Each task goes to the thread that has the fewest before it. */
  #ask(tasks: readonly NetworkTask[]): Promise<PartOutcome[]> {
    return Promise.all(tasks.map((task) => this.#threads.ask(task)));
  }

  /** The process stays alive for the threads' sake. */
  async #held<T>(work: () => Promise<T>): Promise<T> {
    this.#threads.hold(true);
    try {
      return await work();
    } finally {
      this.#threads.hold(false);
    }
  }
}
