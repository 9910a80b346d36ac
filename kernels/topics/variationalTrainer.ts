import type { MaybePromise } from "../../schemas/maybePromise.js";
import type { StageState } from "../../schemas/state.js";
import { ln } from "../numbers/logarithm.js";
import { digammaShift, expDigamma, expDigammaSeries } from "./expDigamma.js";
import { relativeShares } from "./inference.js";

/**
 * Online variational Bayes for latent Dirichlet allocation (Hoffman, Blei, Bach 2010, algorithm 2). Of each document d of a mini-batch B, with N_d tokens,
 *
 *   gamma_k = alpha_k + sum_w n_w theta_k beta_wk / sum_j theta_j beta_wj,   theta_k = e^psi(gamma_k),   beta_wk = e^(psi(lambda_wk) - psi(sum_v lambda_vk))
 *
 * from gamma_k = alpha_k + N_d / K; then, with s_wk = sum_d n_w theta_k beta_wk / sum_j theta_j beta_wj of the last step,
 *
 *   lambda_wk <- (1 - rho) lambda_wk + rho (eta + D / |B| s_wk).
 *
 * Deviations: the start of gamma is constant, as in Blei's lda-c, where gensim and scikit-learn draw it; s is that of the last step of gamma and not made once
 * more. Loss: -sum over tokens of ln sum_k e^(E[ln theta_k] + E[ln beta_wk]), the part of the bound that words have, in nats.
 */
export interface VariationalSettings {
  /** K. */
  readonly topics: number;
  /** Rows of terms (V). */
  readonly rows: number;
  /** eta. */
  readonly termPrior: number;
  /** Steps of a document at most. */
  readonly iterations: number;
  /** A document is done once gamma moves by less a topic on the mean. */
  readonly tolerance: number;
}

/** Whole documents: rows of a sparse matrix. */
export interface MiniBatch {
  readonly offsets: Uint32Array;
  readonly terms: Uint32Array;
  readonly counts: Float32Array;
}

export interface VariationalStep {
  /** rho. */
  readonly rate: number;
  /** D / |B|. */
  readonly scale: number;
  readonly alpha: Float64Array;
  /** Terms that there are, V of the prior's sum. */
  readonly terms: number;
  /** Whether E[ln theta] is wanted. */
  readonly wantsShares: boolean;
}

export interface VariationalOutcome {
  readonly loss: number;
  /** Sum over documents of E[ln theta_k] (K,). */
  readonly logShares: Float64Array | undefined;
}

export interface VariationalEngine {
  readonly arithmetic: string;
  /** Sets the weights above the prior of the first rows (N x K). */
  begin(above: Float32Array): void;
  learn(batch: MiniBatch, step: VariationalStep): MaybePromise<VariationalOutcome>;
  /** These rows begin at the prior. */
  forget(rows: Uint32Array): void;
  /** lambda of the first rows (N x K). */
  weights(rows: number): Float32Array;
  save(): StageState;
  restore(state: StageState): void;
  close(): MaybePromise<void>;
}

/** The equations as they stand, in double precision. State: 8 V K bytes. */
export class VariationalTrainer implements VariationalEngine {
  readonly arithmetic = "double";
  readonly #settings: VariationalSettings;
  readonly #lambda: Float64Array;

  constructor(settings: VariationalSettings) {
    this.#settings = settings;
    this.#lambda = new Float64Array(settings.rows * settings.topics).fill(settings.termPrior);
  }

  begin(above: Float32Array): void {
    above.forEach((value, at) => {
      this.#lambda[at] = this.#settings.termPrior + value;
    });
  }

  learn(batch: MiniBatch, { rate, scale, alpha, terms, wantsShares }: VariationalStep): VariationalOutcome {
    const { topics, termPrior } = this.#settings;
    const lambda = this.#lambda;
    const statistics = new Float64Array(lambda.length);
    const norms = this.#norms(terms);
    const logShares = new Float64Array(topics);
    let loss = 0;
    for (let d = 0; d + 1 < batch.offsets.length; d++) {
      const cells = [batch.offsets[d]!, batch.offsets[d + 1]!] as const;
      const gamma = new Float64Array(topics);
      loss += this.#infer(batch, cells, norms, alpha, gamma, statistics);
      if (wantsShares) addLogShares(gamma, logShares);
    }
    const used = terms * topics;
    for (let at = 0; at < used; at++)
      lambda[at] = (1 - rate) * lambda[at]! + rate * (termPrior + scale * statistics[at]!);
    return { loss, logShares: wantsShares ? logShares : undefined };
  }

  forget(rows: Uint32Array): void {
    const { topics, termPrior } = this.#settings;
    for (const row of rows) this.#lambda.fill(termPrior, row * topics, (row + 1) * topics);
  }

  weights(rows: number): Float32Array {
    return Float32Array.from(this.#lambda.subarray(0, rows * this.#settings.topics));
  }

  save(): StageState {
    return { facts: {}, arrays: { lambda: this.#lambda } };
  }

  restore({ arrays }: StageState): void {
    this.#lambda.set(arrays.lambda!);
  }

  close(): void {}

  /** e^-psi(sum_v lambda_vk) (K,). */
  #norms(terms: number): Float64Array {
    const { topics } = this.#settings;
    const sums = new Float64Array(topics);
    for (let at = 0; at < terms * topics; at++) sums[at % topics]! += this.#lambda[at]!;
    return sums.map((sum) => 1 / expDigamma(sum));
  }

  /** Adds the statistics of a document, and tells its loss. */
  #infer(
    { terms, counts }: MiniBatch,
    [from, to]: readonly [number, number],
    norms: Float64Array,
    alpha: Float64Array,
    gamma: Float64Array,
    statistics: Float64Array,
  ): number {
    const { topics, iterations, tolerance } = this.#settings;
    const tokens = counts.subarray(from, to).reduce((sum, count) => sum + count, 0);
    gamma.forEach((_, k) => {
      gamma[k] = alpha[k]! + tokens / topics;
    });
    if (from === to) return 0;
    const rows = Array.from(terms.subarray(from, to), (term) => this.#betaRow(term, norms));
    const theta = new Float64Array(topics);
    const ratios = new Float64Array(to - from);
    let exponent = 0;
    for (let iteration = 0; iteration < iterations; iteration++) {
      exponent = relativeShares(gamma, theta);
      const sums = new Float64Array(topics);
      rows.forEach(({ values }, i) => {
        const norm = values.reduce((sum, value, k) => sum + theta[k]! * value, 0);
        ratios[i] = counts[from + i]! / Math.max(norm, 1e-30);
        for (let k = 0; k < topics; k++) sums[k]! += ratios[i]! * values[k]!;
      });
      let moved = 0;
      for (let k = 0; k < topics; k++) {
        const next = alpha[k]! + theta[k]! * sums[k]!;
        moved += Math.abs(next - gamma[k]!);
        gamma[k] = next;
      }
      if (moved < tolerance * topics) break;
    }
    rows.forEach(({ values }, i) => {
      const row = terms[from + i]! * topics;
      for (let k = 0; k < topics; k++) statistics[row + k]! += ratios[i]! * theta[k]! * values[k]!;
    });
    let told = 0;
    rows.forEach((row, i) => {
      const count = counts[from + i]!;
      if (count > 0) told += count * (ln(count / ratios[i]!) + row.exponent);
    });
    const alphaSum = alpha.reduce((sum, value) => sum + value, 0);
    return tokens * (digamma(alphaSum + tokens) - exponent) - told;
  }

  /** e^E[ln beta] of a term but for e^exponent. */
  #betaRow(term: number, norms: Float64Array): BetaRow {
    const { topics } = this.#settings;
    const row = this.#lambda.subarray(term * topics, (term + 1) * topics);
    const values = new Float64Array(topics);
    const exponent = relativeShares(row, values);
    for (let k = 0; k < topics; k++) values[k]! *= norms[k]!;
    return { values, exponent };
  }
}

interface BetaRow {
  readonly values: Float64Array;
  readonly exponent: number;
}

export function digamma(x: number): number {
  return ln(expDigammaSeries(x)) - digammaShift(x);
}

/** Adds E[ln theta_k] = psi(gamma_k) - psi(sum_j gamma_j). */
export function addLogShares(gamma: ArrayLike<number>, logShares: Float64Array): void {
  let sum = 0;
  for (let k = 0; k < logShares.length; k++) sum += gamma[k]!;
  const whole = digamma(sum);
  for (let k = 0; k < logShares.length; k++) logShares[k]! += digamma(gamma[k]!) - whole;
}
