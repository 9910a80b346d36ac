import type { Topics } from "../../schemas/topics.js";
import { exp } from "../numbers/logarithm.js";
import { digammaShift, expDigammaSeries } from "./expDigamma.js";
import { termProbabilities } from "./topicShares.js";

/**
 * Topics of a document whose terms are known, the topics themselves being fixed (Blei, Ng, Jordan 2003, section 5.2; Hoffman et al. 2010):
 *
 *   gamma_k = alpha_k + sum over its terms w of n_w theta_k phi_wk / sum_j theta_j phi_wj,   theta_k ~ e^psi(gamma_k)
 *
 * from gamma_k = alpha_k + N / K until gamma moves by less than `tolerance` a topic on the mean. The start is constant, unlike the random ones of gensim and
 * scikit-learn: the result is a function of the document. phi is P(term | topic), whatever model made the weights.
 * State: 4 V K bytes and a row.
 */
export class TopicInference {
  readonly alpha: Float64Array;
  /** P(term | topic), a row a term (V x K). */
  readonly probabilities: Float32Array;
  readonly #iterations: number;
  readonly #tolerance: number;
  readonly #theta: Float64Array;
  readonly #sums: Float64Array;

  constructor(topics: Pick<Topics, "weights" | "alpha">, { iterations = 100, tolerance = 1e-4 } = {}) {
    this.alpha = topics.alpha;
    this.probabilities = termProbabilities(topics);
    this.#iterations = iterations;
    this.#tolerance = tolerance;
    this.#theta = new Float64Array(topics.alpha.length);
    this.#sums = new Float64Array(topics.alpha.length);
  }

  /** The share of each topic in a document (K,), of its terms and how often each occurs; that of the prior where there are none. */
  shares(terms: ArrayLike<number>, values: ArrayLike<number>): Float64Array {
    const gamma = this.#gamma(terms, values);
    let sum = 0;
    for (const each of gamma) sum += each;
    return gamma.map((each) => each / sum);
  }

  #gamma(terms: ArrayLike<number>, values: ArrayLike<number>): Float64Array {
    const { alpha } = this;
    const size = alpha.length;
    let tokens = 0;
    for (let i = 0; i < terms.length; i++) tokens += values[i]!;
    const gamma = alpha.map((prior) => prior + tokens / size);
    if (tokens === 0) return gamma;
    const theta = this.#theta;
    const sums = this.#sums;
    for (let iteration = 0; iteration < this.#iterations; iteration++) {
      relativeShares(gamma, theta);
      this.#addTerms(terms, values);
      let moved = 0;
      for (let k = 0; k < size; k++) {
        const next = alpha[k]! + theta[k]! * sums[k]!;
        moved += Math.abs(next - gamma[k]!);
        gamma[k] = next;
      }
      if (moved < this.#tolerance * size) break;
    }
    return gamma;
  }

  /** sums_k = sum over terms of n_w phi_wk / sum_j theta_j phi_wj; a term that no topic has counts in none. */
  #addTerms(terms: ArrayLike<number>, values: ArrayLike<number>): void {
    const size = this.alpha.length;
    const theta = this.#theta;
    const phi = this.probabilities;
    const sums = this.#sums.fill(0);
    for (let i = 0; i < terms.length; i++) {
      const row = terms[i]! * size;
      let norm = 0;
      for (let k = 0; k < size; k++) norm += theta[k]! * phi[row + k]!;
      if (norm === 0) continue;
      const ratio = values[i]! / norm;
      for (let k = 0; k < size; k++) sums[k]! += ratio * phi[row + k]!;
    }
  }
}

/** Shares below e^-30 of the largest one count as that, also in single precision, where their products would be denormal numbers. */
const LEAST_EXPONENT = -30;

/**
 * e^psi(gamma_k) but for a factor that all share, so that it never vanishes for all of them, however small gamma is. Tells the logarithm of the
 * factor.
 */
export function relativeShares(gamma: Float64Array, theta: Float64Array): number {
  let least = Number.POSITIVE_INFINITY;
  for (let k = 0; k < gamma.length; k++) least = Math.min(least, digammaShift(gamma[k]!));
  for (let k = 0; k < gamma.length; k++)
    theta[k] = exp(Math.max(LEAST_EXPONENT, least - digammaShift(gamma[k]!))) * expDigammaSeries(gamma[k]!);
  return -least;
}
