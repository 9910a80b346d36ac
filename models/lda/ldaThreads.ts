import { expDigamma } from "../../kernels/topics/expDigamma.js";
import {
  BatchPlacer,
  makeVariationalMemory,
  type PlacedBatch,
  TERM_BLOCK,
  type VariationalMemory,
  variationalStride,
} from "../../kernels/topics/variationalMemory.js";
import { topicsFuse, type VariationalJob, type VariationalPhase } from "../../kernels/topics/variationalThread.js";
import {
  addLogShares,
  type MiniBatch,
  type VariationalEngine,
  type VariationalOutcome,
  type VariationalSettings,
  type VariationalStep,
} from "../../kernels/topics/variationalTrainer.js";
import { ThreadPool } from "../../runtime/threads.js";
import type { StageState } from "../../schemas/index.js";
import { loadKernel } from "../trainingKernel.js";

/** Below it, numbers of single precision would lose what they are multiplied by. */
const LEAST_PRODUCT = 1e-25;

/**
 * Online variational Bayes on threads with compiled kernels. Documents are inferred in any order, and each term adds those of its own in
 * theirs: the same bytes at any number of threads.
 *
 * Decay is lazy: a row says at which product of all decays it was written, and is brought up to date when one of a mini-batch's documents has its term. So a
 * step costs what its documents have, whatever the vocabulary.
 * State: 4 V K bytes (K rounded up to 4) and 8 V, and a mini-batch: 4 K bytes a distinct term and 8 K a document, 24 bytes a cell.
 */
export class LdaThreads implements VariationalEngine {
  readonly arithmetic: "fused" | "plain";
  readonly #settings: VariationalSettings;
  readonly #shared: VariationalMemory;
  readonly #placer: BatchPlacer;
  readonly #threads: ThreadPool<VariationalPhase, true>;
  /** The weights above the prior of all terms (K,), in double precision. */
  #sums: Float64Array;
  #product = 1;

  constructor(
    settings: VariationalSettings,
    { workers, fused }: { readonly workers: number; readonly fused: boolean },
  ) {
    const { topics, rows, termPrior, iterations, tolerance } = settings;
    const shared = makeVariationalMemory(settings);
    const module = loadKernel("topics", fused);
    const { rowBytes, places } = shared;
    const { weights, written, norms, alpha } = places;
    const variables = {
      ...{ rowBytes, topics, iterations, prior: termPrior, tolerance: tolerance * topics },
      ...{ weights, written, norms, alpha },
    };
    this.#settings = settings;
    this.#shared = shared;
    this.#sums = new Float64Array(topics);
    this.#placer = new BatchPlacer(shared, rows, workers);
    this.#written.fill(1);
    this.arithmetic = topicsFuse(module, shared) ? "fused" : "plain";
    const lost = (found: string) => new Error(`lda: a training thread must live until training ends, got ${found}`);
    this.#threads = new ThreadPool(
      new URL("./ldaWorker.js", import.meta.url),
      Array.from({ length: workers }, (_, worker) => {
        const workerData: VariationalJob = { module, shared, worker, variables };
        return { workerData, lost };
      }),
    );
    this.#threads.hold(false); // a model that was forgotten must not keep the process alive
  }

  begin(above: Float32Array): void {
    const { topics } = this.#settings;
    this.#forEachRow(above.length / topics, (row, from) => {
      row.set(above.subarray(from, from + topics));
    });
    this.#sums = new Float64Array(topics);
    above.forEach((value, at) => {
      this.#sums[at % topics]! += value;
    });
  }

  async learn(batch: MiniBatch, step: VariationalStep): Promise<VariationalOutcome> {
    const { termPrior, topics } = this.#settings;
    const placed = this.#placer.place(batch);
    const nextProduct = this.#product * (1 - step.rate);
    const norms = this.#sums.map((sum) => 1 / expDigamma(sum + step.terms * termPrior));
    this.#floats(this.#shared.places.norms, topics).set(norms);
    this.#floats(this.#shared.places.alpha, topics).set(step.alpha);
    const variables = {
      ...placed.variables,
      ...{ product: this.#product, nextProduct, gain: step.rate * step.scale },
      alphaSum: step.alpha.reduce((sum, each) => sum + each, 0),
    };
    this.#threads.hold(true);
    try {
      await this.#phase("refresh", placed.terms, variables, placed);
      await this.#phase("infer", placed.documents, variables, placed);
      await this.#phase("learn", placed.terms, variables, placed);
    } finally {
      this.#threads.hold(false);
    }
    this.#product = nextProduct;
    this.#addSums(placed, 1 - step.rate);
    if (nextProduct < LEAST_PRODUCT) this.#bringUpToDate();
    return this.#outcome(placed, step.wantsShares);
  }

  forget(rows: Uint32Array): void {
    const { topics } = this.#settings;
    const stride = variationalStride(topics);
    for (const row of rows) {
      const values = this.#weights.subarray(row * stride, row * stride + topics);
      const factor = this.#product / this.#written[row]!;
      for (let k = 0; k < topics; k++) this.#sums[k]! -= values[k]! * factor;
      values.fill(0);
      this.#written[row] = this.#product;
    }
  }

  weights(rows: number): Float32Array {
    const { topics, termPrior } = this.#settings;
    const found = new Float32Array(rows * topics);
    this.#forEachRow(rows, (row, from, term) => {
      const factor = this.#product / this.#written[term]!;
      for (let k = 0; k < topics; k++) found[from + k] = termPrior + row[k]! * factor;
    });
    return found;
  }

  save(): StageState {
    const arrays = { weights: this.#weights, written: this.#written, sums: this.#sums };
    return { facts: { product: this.#product }, arrays };
  }

  restore({ facts, arrays }: StageState): void {
    this.#product = facts.product as number;
    this.#weights.set(arrays.weights!);
    this.#written.set(arrays.written!);
    this.#sums.set(arrays.sums!);
  }

  close(): Promise<void> {
    return this.#threads.close();
  }

  get #weights(): Float32Array {
    return this.#floats(this.#shared.places.weights, this.#settings.rows * variationalStride(this.#settings.topics));
  }

  get #written(): Float64Array {
    return new Float64Array(this.#shared.memory.buffer, this.#shared.places.written, this.#settings.rows);
  }

  #floats(place: number, length: number): Float32Array {
    return new Float32Array(this.#shared.memory.buffer, place, length);
  }

  #forEachRow(rows: number, visit: (row: Float32Array, from: number, term: number) => void): void {
    const { topics } = this.#settings;
    const stride = variationalStride(topics);
    const weights = this.#weights;
    for (let term = 0; term < rows; term++)
      visit(weights.subarray(term * stride, term * stride + topics), term * topics, term);
  }

  async #phase(
    phase: VariationalPhase["phase"],
    count: number,
    variables: VariationalPhase["variables"],
    { scratch, scratchBytes }: PlacedBatch,
  ): Promise<void> {
    Atomics.store(new Int32Array(this.#shared.memory.buffer, this.#shared.places.control, 1), 0, 0);
    await this.#threads.askAll({ phase, count, variables, scratch, scratchBytes });
  }

  /** Blocks are added in their order. */
  #addSums({ terms, variables }: PlacedBatch, decay: number): void {
    const { topics } = this.#settings;
    const stride = variationalStride(topics);
    const blocks = this.#floats(variables.blockSums!, Math.ceil(terms / TERM_BLOCK) * stride);
    for (let k = 0; k < topics; k++) {
      let sum = this.#sums[k]! * decay;
      for (let at = k; at < blocks.length; at += stride) sum += blocks[at]!;
      this.#sums[k] = sum;
    }
  }

  #bringUpToDate(): void {
    const written = this.#written;
    const product = this.#product;
    this.#forEachRow(this.#settings.rows, (row, _, term) => {
      const factor = product / written[term]!;
      for (let k = 0; k < row.length; k++) row[k]! *= factor;
    });
    written.fill(1);
    this.#product = 1;
  }

  #outcome({ documents, variables }: PlacedBatch, wantsShares: boolean): VariationalOutcome {
    const { topics } = this.#settings;
    const losses = new Float64Array(this.#shared.memory.buffer, variables.losses, documents);
    const loss = losses.reduce((sum, each) => sum + each, 0);
    if (!wantsShares) return { loss, logShares: undefined };
    const stride = variationalStride(topics);
    const gammas = this.#floats(variables.gammas!, documents * stride);
    const logShares = new Float64Array(topics);
    for (let d = 0; d < documents; d++) addLogShares(gammas.subarray(d * stride, d * stride + topics), logShares);
    return { loss, logShares };
  }
}
