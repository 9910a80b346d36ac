import { availableParallelism } from "node:os";
import { PlainSubspace } from "../../kernels/decomposition/plainSubspace.js";
import {
  type Decomposition,
  type SparseRows,
  type SubspaceEngine,
  SubspaceIteration,
} from "../../kernels/decomposition/subspace.js";
import {
  fitsRows,
  rowRoom,
  STRETCH,
  subspaceLayout,
  subspaceThreads,
  subspaceWidth,
} from "../../kernels/decomposition/subspaceMemory.js";
import { sumOfSquares } from "../../kernels/numbers/sumOfSquares.js";
import { byteSize, bytesOf, integer, lengthNames, oneOf, type StageState, threadNames } from "../../schemas/index.js";
import { SubspaceThreads } from "./subspaceThreads.js";

export const iterationsField = {
  min: 0,
  max: 1000,
  description: "Passes that improve the vectors, before the last one; more bring them nearer to the exact ones",
} as const;

/** The options that all models with a subspace iteration have. */
export const subspaceFields = {
  vectorSize: integer({
    min: 1,
    max: 4096,
    default: 100,
    aliases: lengthNames,
    description: "Singular vectors, and so numbers a term (k)",
  }),
  iterations: integer({ ...iterationsField, default: 5 }),
  oversampling: integer({
    min: 0,
    default: 10,
    description:
      "Vectors more than are asked for, which speed up convergence; the sum is rounded up to a multiple of 32",
  }),
  workers: integer({
    min: 1,
    max: 256,
    optional: true,
    aliases: threadNames,
    description: "Threads; as many as there are processors if left out; they do not change the result",
  }),
  memory: byteSize({
    default: "1GB",
    description: "Memory for the matrix, 8 bytes a cell; a larger one is read again in each pass, with the same result",
  }),
  seed: integer({ min: 0, default: 1, description: "Seed of the first vectors" }),
  kernel: oneOf(["auto", "plain", "reference"], {
    default: "auto",
    description:
      "How passes are computed: auto: compiled, with fused multiply-add where the processor has it; plain: compiled, the same bytes on every machine; reference: TypeScript",
  }),
} as const;

export interface SubspaceOptions {
  readonly vectorSize: number;
  readonly iterations: number;
  readonly oversampling: number;
  readonly workers?: number | undefined;
  readonly memory: Parameters<typeof bytesOf>[0];
  readonly seed: number;
  readonly kernel: "auto" | "plain" | "reference";
}

/** What a fit takes of a matrix of so many rows, columns and cells: its memory, a copy of X as it is read at the end, and the vectors. */
export function subspaceCost(
  who: string,
  { vectorSize, iterations, oversampling, workers = availableParallelism(), memory }: SubspaceOptions,
  matrix: { readonly rows: number; readonly columns: number; readonly cells: number },
): { readonly bytes: number; readonly threads: number; readonly passes: number } {
  const { rows, columns, cells } = matrix;
  const width = subspaceWidth(vectorSize + oversampling);
  const threads = subspaceThreads(workers, width);
  const fits = fitsRows(rows, cells, bytesOf(memory));
  const places = rowRoom(fits, rows, fits ? cells : Math.ceil((STRETCH * cells) / rows));
  const { bytes } = subspaceLayout(who, { columns, width, threads, places });
  const read = 4 * columns * (width + vectorSize);
  return { bytes: bytes + read, threads, passes: fits ? 1 : iterations + 2 };
}

/** What was learned. */
export interface Fitted extends Decomposition {
  /** Sum of squares of A. */
  readonly squares: number;
  /** A times the vectors, row-major (N, k), if asked for. */
  readonly products?: Float32Array;
  readonly arithmetic: string;
}

export interface FitRequest {
  readonly rows: SparseRows;
  /** What rows and columns are, for messages: `documents` and `terms`. */
  readonly names: readonly [string, string];
  /** Whether `products` are wanted, for one more pass. */
  readonly wantsProducts: boolean;
}

/**
 * The passes of a subspace iteration, as models make them: one after the other, with a state in between.
 * Memory: 8 V m bytes for m = vectorSize + oversampling, and the matrix, up to `memory`.
 */
export class SubspaceFit {
  readonly #who: string;
  readonly #options: SubspaceOptions;
  #engine: (SubspaceEngine & { readonly arithmetic: string }) | undefined;
  #iteration: SubspaceIteration | undefined;
  #fitted: Fitted | undefined;
  #saved: StageState | undefined;

  constructor(who: string, options: SubspaceOptions) {
    this.#who = who;
    this.#options = options;
  }

  /** Passes in all, without that which makes the products. */
  get passes(): number {
    return this.#options.iterations + 1;
  }

  /** After each pass its number, and the squares that are left. */
  async *fit(
    { rows, names, wantsProducts }: FitRequest,
    signal?: AbortSignal,
  ): AsyncGenerator<{ epoch: number; loss: number }> {
    const { vectorSize, iterations, oversampling, seed } = this.#options;
    this.#requireRank(rows, names);
    if (this.#saved?.facts.isDone) {
      this.#fitted = fittedOf(this.#saved);
      return;
    }
    const width = subspaceWidth(vectorSize + oversampling);
    const engine = this.#makeEngine(rows, width, signal);
    this.#engine = engine;
    try {
      const squares = await engine.begin();
      if (!(squares > 0)) throw new RangeError(`${this.#who}: the matrix must have a cell that is not 0, got none`);
      const used = Math.min(width, rows.columns, rows.rows);
      const iteration = new SubspaceIteration(engine, { width, used, rank: vectorSize, seed });
      await this.#begin(iteration, engine, rows.columns, width);
      this.#iteration = iteration;
      while (iteration.progress.iterations < iterations) {
        const epoch = iteration.progress.iterations;
        const explained = await iteration.iterate();
        yield { epoch, loss: Math.max(0, squares - explained) };
      }
      const found = await iteration.finish();
      const products = wantsProducts ? await engine.products(found.singularValues.length) : undefined;
      this.#fitted = { ...found, squares, arithmetic: engine.arithmetic, ...(products ? { products } : {}) };
      yield { epoch: iterations, loss: Math.max(0, squares - sumOfSquares(found.singularValues)) };
    } finally {
      await this.close();
    }
  }

  get fitted(): Fitted {
    if (!this.#fitted)
      throw new TypeError(`${this.#who}: the result must be asked for after fit, got nothing fitted yet`);
    return this.#fitted;
  }

  save(): StageState | undefined {
    if (this.#fitted) return stateOf(this.#fitted);
    if (!this.#engine || !this.#iteration) return undefined;
    const { arithmetic } = this.#engine;
    return { facts: { ...this.#iteration.progress, arithmetic }, arrays: { x: this.#engine.read() } };
  }

  restore(state: StageState): void {
    this.#saved = state;
  }

  async close(): Promise<void> {
    await this.#engine?.close();
    this.#engine = undefined;
  }

  async #begin(iteration: SubspaceIteration, engine: { readonly arithmetic: string }, columns: number, width: number) {
    const saved = this.#saved;
    if (!saved) return iteration.begin(columns);
    const { facts, arrays } = saved;
    const x = arrays.x as Float32Array;
    if (facts.arithmetic !== engine.arithmetic)
      throw new RangeError(
        `${this.#who}: fitting must go on with the arithmetic that it began with, ${facts.arithmetic}, got ${engine.arithmetic} on this machine`,
      );
    if (x.length !== columns * width)
      throw new RangeError(
        `${this.#who}: the saved state must be of ${columns} x ${width} numbers, got ${x.length} numbers`,
      );
    iteration.restore(x, { iterations: facts.iterations as number, shift: facts.shift as number });
  }

  #makeEngine(rows: SparseRows, width: number, signal: AbortSignal | undefined) {
    const { workers = availableParallelism(), memory, kernel } = this.#options;
    if (kernel === "reference") return new PlainSubspace(rows, width);
    const settings = { who: this.#who, width, workers, memory: bytesOf(memory), fused: kernel === "auto", signal };
    return new SubspaceThreads(rows, settings);
  }

  #requireRank({ rows, columns }: SparseRows, [documents, terms]: readonly [string, string]): void {
    const { vectorSize } = this.#options;
    if (vectorSize > Math.min(rows, columns))
      throw new RangeError(
        `${this.#who}: vectorSize must be at most the number of ${documents} and of ${terms}, got ${vectorSize} for ${rows} ${documents} x ${columns} ${terms}`,
      );
  }
}

/** What the singular values explain, and how many were found. */
export function fittedFacts({ singularValues, squares, arithmetic }: Fitted, asked: number): [string, string][] {
  const missing = asked - singularValues.length;
  return [
    ["arithmetic", arithmetic],
    ["explained", (sumOfSquares(singularValues) / squares).toFixed(6)],
    ["singularValues", JSON.stringify(Array.from(singularValues, (value) => Number(value.toPrecision(7))))],
    ...(missing > 0 ? [["rankDeficient", `${missing}`] as [string, string]] : []),
  ];
}

function stateOf({ singularValues, vectors, squares, arithmetic, products }: Fitted): StageState {
  return {
    facts: { isDone: true, squares, arithmetic },
    arrays: { singularValues, vectors, ...(products ? { products } : {}) },
  };
}

function fittedOf({ facts, arrays }: StageState): Fitted {
  const products = arrays.products as Float32Array | undefined;
  return {
    singularValues: arrays.singularValues as Float64Array,
    vectors: arrays.vectors as Float32Array,
    squares: facts.squares as number,
    arithmetic: facts.arithmetic as string,
    ...(products ? { products } : {}),
  };
}
