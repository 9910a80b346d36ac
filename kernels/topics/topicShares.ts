import type { Topics } from "../../schemas/topics.js";

/** P(term | topic), a row a term (V x K); a topic without any weight has 0 for all terms. Sums in the order of the terms. */
export function termProbabilities({ weights, alpha }: Pick<Topics, "weights" | "alpha">): Float32Array {
  const sums = topicSums({ weights, alpha });
  const size = alpha.length;
  const probabilities = new Float32Array(weights.length);
  for (let at = 0; at < weights.length; at++) {
    const sum = sums[at % size]!;
    if (sum > 0) probabilities[at] = weights[at]! / sum;
  }
  return probabilities;
}

/** The weight of all terms in each topic (K,). */
export function topicSums({ weights, alpha }: Pick<Topics, "weights" | "alpha">): Float64Array {
  const size = alpha.length;
  const sums = new Float64Array(size);
  for (let at = 0; at < weights.length; at += size) for (let k = 0; k < size; k++) sums[k]! += weights[at + k]!;
  return sums;
}
