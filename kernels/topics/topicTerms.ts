import type { Topics } from "../../schemas/topics.js";
import { ln } from "../numbers/logarithm.js";
import { termProbabilities, topicSums } from "./topicShares.js";

export const termOrders = ["probability", "relevance", "lift"] as const;
export type TermOrder = (typeof termOrders)[number];

export interface TopTerm {
  readonly term: string;
  /** P(term | topic). */
  readonly probability: number;
  /** What the terms are ordered by. */
  readonly score: number;
}

export interface DescribedTopic {
  /** Its number, from 0, which it keeps whatever the order. */
  readonly topic: number;
  /** Its share of all weights. */
  readonly share: number;
  readonly terms: readonly TopTerm[];
}

export interface TopicTermsOptions {
  readonly k?: number;
  readonly by?: TermOrder;
  /** Weight of the probability against the lift, for relevance. */
  readonly lambda?: number;
}

/**
 * The first terms of each topic, ties in the order of the vocabulary: by P(term | topic), by lift P(term | topic) / P(term), or by relevance
 * lambda ln P(term | topic) + (1 - lambda) ln lift, of which 0.6 was read best (Sievert and Shirley 2014, W14-3110). P(term) is the term's share of the
 * vocabulary's counts. State: 4 V K bytes, and the order of the terms.
 */
export function topicTerms(
  topics: Topics,
  { k = 10, by = "relevance", lambda = 0.6 }: TopicTermsOptions = {},
): DescribedTopic[] {
  const { vocabulary, alpha } = topics;
  const probabilities = termProbabilities(topics);
  const sums = topicSums(topics);
  const all = sums.reduce((total, sum) => total + sum, 0);
  const terms = vocabulary.terms.length;
  const shares = Float64Array.from(
    vocabulary.counts,
    (count) => Math.max(count, 1) / Math.max(vocabulary.tokens, terms),
  );
  const score = scores[by];
  return Array.from(alpha, (_, topic) => {
    const values = Float64Array.from({ length: terms }, (_, term) => {
      const probability = probabilities[term * alpha.length + topic]!;
      return probability > 0 ? score(probability, shares[term]!, lambda) : Number.NEGATIVE_INFINITY;
    });
    return {
      topic,
      share: all > 0 ? sums[topic]! / all : 0,
      terms: best(values, k).map((term) => ({
        term: vocabulary.terms[term]!,
        probability: probabilities[term * alpha.length + topic]!,
        score: values[term]!,
      })),
    };
  });
}

const scores: Readonly<Record<TermOrder, (probability: number, share: number, lambda: number) => number>> = {
  probability: (probability) => probability,
  lift: (probability, share) => probability / share,
  relevance: (probability, share, lambda) => lambda * ln(probability) + (1 - lambda) * ln(probability / share),
};

/** The ids of the k largest finite values, the largest first. */
function best(values: Float64Array, k: number): number[] {
  const found: number[] = [];
  for (let id = 0; id < values.length; id++) {
    const value = values[id]!;
    if (value === Number.NEGATIVE_INFINITY) continue;
    if (found.length === k && value <= values[found[k - 1]!]!) continue;
    let at = found.length;
    while (at > 0 && values[found[at - 1]!]! < value) at--;
    found.splice(at, 0, id);
    if (found.length > k) found.pop();
  }
  return found;
}
