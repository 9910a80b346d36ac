import type { Topics } from "../../schemas/topics.js";
import { ln } from "../numbers/logarithm.js";
import { termProbabilities, topicSums } from "./topicShares.js";

export const termOrders = ["probability", "relevance", "lift", "classTfIdf"] as const;
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
  /** What it is called, where it has a name. */
  readonly name?: string;
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
 * vocabulary's counts.
 *
 * By class-based TF-IDF (Grootendorst 2022, arXiv:2203.05794, equation 2): P(term | topic) ln(1 + A / f), where f is the weight of the term in all topics
 * and A the mean weight of a topic; where weights are counts in classes of documents, A is the mean number of words per class. The paper's tf is a count,
 * BERTopic's, as here, its share of the class: the same order within a class.
 * State: 4 V K bytes, 8 V bytes, and the order of the terms.
 */
export function topicTerms(
  topics: Topics,
  { k = 10, by = "relevance", lambda = 0.6 }: TopicTermsOptions = {},
): DescribedTopic[] {
  const { vocabulary, alpha, names } = topics;
  const probabilities = termProbabilities(topics);
  const sums = topicSums(topics);
  const all = sums.reduce((total, sum) => total + sum, 0);
  const terms = vocabulary.terms.length;
  const shares = Float64Array.from(
    vocabulary.counts,
    (count) => Math.max(count, 1) / Math.max(vocabulary.tokens, terms),
  );
  const rarities = termRarities(topics, all / alpha.length);
  const score = scores[by];
  return Array.from(alpha, (_, topic) => {
    const values = Float64Array.from({ length: terms }, (_, term) => {
      const probability = probabilities[term * alpha.length + topic]!;
      return probability > 0
        ? score({ probability, share: shares[term]!, rarity: rarities[term]! }, lambda)
        : Number.NEGATIVE_INFINITY;
    });
    return {
      topic,
      ...(names ? { name: names[topic]! } : {}),
      share: all > 0 ? sums[topic]! / all : 0,
      terms: best(values, k).map((term) => ({
        term: vocabulary.terms[term]!,
        probability: probabilities[term * alpha.length + topic]!,
        score: values[term]!,
      })),
    };
  });
}

interface TermInTopic {
  readonly probability: number;
  /** P(term). */
  readonly share: number;
  /** ln(1 + A / f). */
  readonly rarity: number;
}

const scores: Readonly<Record<TermOrder, (term: TermInTopic, lambda: number) => number>> = {
  probability: ({ probability }) => probability,
  lift: ({ probability, share }) => probability / share,
  relevance: ({ probability, share }, lambda) => lambda * ln(probability) + (1 - lambda) * ln(probability / share),
  classTfIdf: ({ probability, rarity }) => probability * rarity,
};

/** ln(1 + mean / f) of each term, f being its weight in all topics; infinite where no topic has it. */
function termRarities({ weights, alpha }: Topics, mean: number): Float64Array {
  const size = alpha.length;
  return Float64Array.from({ length: weights.length / size }, (_, term) => {
    const row = weights.subarray(term * size, (term + 1) * size);
    return ln(1 + mean / row.reduce((sum, weight) => sum + weight, 0));
  });
}

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
