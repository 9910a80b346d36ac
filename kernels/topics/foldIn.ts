import type { Topics } from "../../schemas/topics.js";
import type { DocumentTopics } from "./perplexity.js";
import { termProbabilities } from "./topicShares.js";

/**
 * Topics of a document that was not learned from, with P(w | z) as it is (Hofmann 1999, "folding in"):
 *
 *   P(z | d)  ~  P(z | d) sum_w n(d, w) P(w | z) / P(w | d)
 *
 * from equal shares, until they move by less than `tolerance` together: the topics that make the document most probable.
 * State: 4 V K bytes and a row.
 */
export class FoldIn implements DocumentTopics {
  /** P(term | topic), a row a term (V x K). */
  readonly probabilities: Float32Array;
  readonly #topics: number;
  readonly #steps: number;
  readonly #tolerance: number;

  constructor(topics: Pick<Topics, "weights" | "alpha">, { steps = 100, tolerance = 1e-4 } = {}) {
    this.probabilities = termProbabilities(topics);
    this.#topics = topics.alpha.length;
    this.#steps = steps;
    this.#tolerance = tolerance;
  }

  /** The share of each topic in a document (K,); equal ones where there is nothing that tells. */
  shares(terms: ArrayLike<number>, values: ArrayLike<number>): Float64Array {
    let shares = new Float64Array(this.#topics).fill(1 / this.#topics);
    for (let step = 0; step < this.#steps; step++) {
      const next = this.#next(shares, terms, values);
      const whole = next.reduce((sum, each) => sum + each, 0);
      if (whole === 0) break;
      const moved = next.reduce((sum, each, k) => sum + Math.abs(each / whole - shares[k]!), 0);
      shares = next.map((each) => each / whole);
      if (moved < this.#tolerance) break;
    }
    return shares;
  }

  #next(shares: Float64Array, terms: ArrayLike<number>, values: ArrayLike<number>): Float64Array<ArrayBuffer> {
    const next = new Float64Array(shares.length);
    for (let i = 0; i < terms.length; i++) {
      const row = terms[i]! * shares.length;
      let probability = 0;
      for (let k = 0; k < shares.length; k++) probability += shares[k]! * this.probabilities[row + k]!;
      if (!(probability > 0)) continue;
      for (let k = 0; k < shares.length; k++)
        next[k]! += (values[i]! / probability) * shares[k]! * this.probabilities[row + k]!;
    }
    return next;
  }
}
