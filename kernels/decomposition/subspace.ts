/**
 * The largest singular values of a sparse matrix A (N x V), read row by row in passes, and the right singular vectors that go with them:
 *
 *     Q0 = orthonormal(Omega),   Q <- orthonormal((A'A - s) Q)  as often as `iterations` says,   A'A ~ Q W diag(S^2) W' Q'
 *
 * Randomised subspace iteration (Halko, Martinsson and Tropp 2011, arXiv:0909.4061, algorithm 4.4) on A'A, so that one pass over the rows
 * makes both products, z += a (a'Q) for each row a; Omega (V x m) is random, m = rank + oversampling. The shift s, half of the smallest
 * eigenvalue that the columns of Q show, makes the small ones die away sooner (Feng, Yu, Xie and Tang 2024, arXiv:2404.09276). A last pass gives
 * (A Q)'(A Q), whose eigenvectors are W: the best vectors that lie in the span of Q (Rayleigh and Ritz).
 * `orthonormal` takes the matrix times the inverse root of its Gram matrix (SVQB, Stathopoulos and Wu 2002), again where one round was not exact.
 *
 * The sign of each vector is such that its entry of the largest magnitude is positive, of equal ones the first.
 */
import { drawUniform, randomStream } from "../numbers/random.js";
import { symmetricEigen } from "./symmetricEigen.js";

/** Rows of a sparse matrix, in compressed form. */
export interface RowBatch {
  readonly offsets: Uint32Array;
  /** Columns of the cells. */
  readonly terms: Uint32Array;
  readonly values: Float64Array;
}

/** A matrix that can be read any number of times. */
export interface SparseRows {
  /** V */
  readonly columns: number;
  /** N, or more. */
  readonly rows: number;
  /** Cells, or more. */
  readonly cells: number;
  batches(): AsyncIterable<RowBatch>;
}

/** What does the arithmetic on the tall matrix X (V x m), which it holds, and on the rows of A. */
export interface SubspaceEngine {
  /** Reads A once; the sum of its squares. */
  begin(): Promise<number>;
  /** X, row-major. */
  read(): Float32Array;
  write(x: Float32Array): void;
  /** X <- (A'A - shift) X */
  iterate(shift: number): Promise<void>;
  /** X'X (m x m) */
  gram(): Promise<Float64Array>;
  /** X <- X T, T (m x m) row-major */
  transform(t: Float64Array): Promise<void>;
  /** (A X)'(A X) (m x m) */
  energy(): Promise<Float64Array>;
  /** The first columns of A X (N x columns), row-major */
  products(columns: number): Promise<Float32Array>;
  close(): Promise<void>;
}

export interface SubspaceSettings {
  /** Columns of X in memory. */
  readonly width: number;
  /** Columns that are used, at most the rank that A can have; the others are 0. */
  readonly used: number;
  readonly rank: number;
  readonly seed: number;
}

/** Relative error of a Gram matrix: products are summed over short stretches in single precision. */
const GRAM_ERROR = 1e-9;
/** Eigenvalues of the Gram matrix below this share of the largest need another round. */
const LEAST_CONDITION = 1e-5;
const EXACT_CONDITION = 0.5;
const MAX_ROUNDS = 4;
/** Singular values below this share of the largest are rounding. */
const LEAST_SHARE = 1e-6;

export interface Progress {
  /** Passes that were made. */
  readonly iterations: number;
  readonly shift: number;
}

export interface Decomposition {
  /** The largest first (k,). */
  readonly singularValues: Float64Array;
  /** Right singular vectors, row-major (V, k). */
  readonly vectors: Float32Array;
}

export class SubspaceIteration {
  readonly #engine: SubspaceEngine;
  readonly #settings: SubspaceSettings;
  #progress: Progress = { iterations: 0, shift: 0 };

  constructor(engine: SubspaceEngine, settings: SubspaceSettings) {
    this.#engine = engine;
    this.#settings = settings;
  }

  get progress(): Progress {
    return this.#progress;
  }

  async begin(columns: number): Promise<void> {
    this.#engine.write(randomBlock(columns, this.#settings));
    await this.#orthonormalise(LEAST_CONDITION);
  }

  /** Goes on from an X that was read. */
  restore(x: Float32Array, progress: Progress): void {
    this.#engine.write(x);
    this.#progress = progress;
  }

  /** One pass. The sum of squares that `rank` vectors explain, as far as it shows. */
  async iterate(): Promise<number> {
    const { iterations, shift } = this.#progress;
    await this.#engine.iterate(shift);
    const squares = await this.#orthonormalise(LEAST_CONDITION);
    const most = squares[0]!;
    const least = squares[this.#settings.used - 1]!;
    const shown = least > 10 * GRAM_ERROR * most ? Math.sqrt(least) : 0;
    this.#progress = { iterations: iterations + 1, shift: Math.max(shift, (shift + shown) / 2) };
    return squares
      .subarray(0, this.#settings.rank)
      .reduce((sum, each) => sum + Math.sqrt(Math.max(0, each)) + shift, 0);
  }

  /** One pass. Afterwards the engine holds the singular vectors. */
  async finish(): Promise<Decomposition> {
    const { width, rank } = this.#settings;
    await this.#orthonormalise(EXACT_CONDITION);
    const { values, vectors } = symmetricEigen(await this.#engine.energy(), width);
    const least = LEAST_SHARE * LEAST_SHARE * values[0]!;
    const found = values.subarray(0, rank).findLastIndex((value) => value > least) + 1;
    await this.#engine.transform(scaledColumns(vectors, width, (k) => (k < found ? 1 : 0)));
    const x = this.#engine.read();
    const columns = x.length / width;
    const chosen = new Float32Array(columns * found);
    for (let row = 0; row < columns; row++) chosen.set(x.subarray(row * width, row * width + found), row * found);
    const signs = signsOf(chosen, found);
    for (let i = 0; i < chosen.length; i++) if (signs[i % found]! < 0) chosen[i] = 0 - chosen[i]!;
    return { singularValues: values.slice(0, found).map(Math.sqrt), vectors: chosen };
  }

  /** The eigenvalues of X'X as it was, the largest first. */
  async #orthonormalise(condition: number): Promise<Float64Array> {
    const { width, used } = this.#settings;
    let before: Float64Array | undefined;
    for (let round = 0; round < MAX_ROUNDS; round++) {
      const { values, vectors } = symmetricEigen(await this.#engine.gram(), width);
      before ??= values;
      const floor = GRAM_ERROR * values[0]!;
      if (floor === 0) return before;
      await this.#engine.transform(scaledColumns(vectors, width, (k) => 1 / Math.sqrt(Math.max(values[k]!, floor))));
      if (values[used - 1]! > condition * values[0]!) break;
    }
    return before!;
  }
}

/** Uniform numbers, by term and column. */
function randomBlock(columns: number, { width, used, seed }: SubspaceSettings): Float32Array {
  const stream = randomStream(seed, "subspace");
  const block = new Float32Array(columns * width);
  for (let row = 0; row < columns; row++)
    for (let k = 0; k < used; k++) block[row * width + k] = drawUniform(stream, row * width + k) - 0.5;
  return block;
}

/** Eigenvectors as columns, each times a factor (n, n). */
function scaledColumns(vectors: Float64Array, size: number, factorOf: (k: number) => number): Float64Array {
  const columns = new Float64Array(vectors.length);
  for (let k = 0; k < size; k++)
    for (let i = 0, factor = factorOf(k); i < size; i++) columns[i * size + k] = factor * vectors[k * size + i]!;
  return columns;
}

/** The sign of the entry of the largest magnitude of each column. */
function signsOf(values: Float32Array, width: number): Int8Array {
  const largest = new Float32Array(width);
  for (let at = 0; at < values.length; at += width)
    for (let k = 0; k < width; k++) if (Math.abs(values[at + k]!) > Math.abs(largest[k]!)) largest[k] = values[at + k]!;
  return Int8Array.from(largest, (value) => (value < 0 ? -1 : 1));
}
