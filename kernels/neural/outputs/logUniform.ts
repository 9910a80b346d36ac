import { exp, ln } from "../../numbers/logarithm.js";
import { drawUniform, randomStream } from "../../numbers/random.js";

/** Candidates that stand for all terms in a step. */
export interface Candidates {
  /** Different from each other. */
  readonly ids: Int32Array;
  /** The natural logarithm of how often a term is expected among them. */
  logExpected(term: number): number;
}

/**
 * Draws terms with p(k) = ln((k + 2) / (k + 1)) / ln(terms + 1), about that of words in descending order of frequency, until there are
 * `count` different ones. With n draws, a term is among them with probability 1 - (1 - p)^n (as TensorFlow's log-uniform sampler computes it).
 */
export function logUniformCandidates(terms: number, count: number, seed: number, step: number): Candidates {
  if (!(Number.isInteger(count) && count >= 1 && count < terms)) {
    throw new RangeError(`sampledSoftmax: candidates must be an integer in 1..${terms - 1} (terms - 1), got ${count}`);
  }
  const stream = randomStream(seed, "candidates", step);
  const range = ln(terms + 1);
  const drawn = new Set<number>();
  let draws = 0;
  while (drawn.size < count) {
    const rank = Math.floor(exp(drawUniform(stream, draws++) * range)) - 1;
    drawn.add(Math.min(rank, terms - 1)); // rounding may reach past the last
  }
  return {
    ids: Int32Array.from(drawn),
    logExpected(term) {
      const p = ln((term + 2) / (term + 1)) / range;
      return ln(1 - exp(draws * ln(1 - p)));
    },
  };
}
