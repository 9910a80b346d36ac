import type { Topics } from "../../schemas/topics.js";

/**
 * The topic that is most probable where a term stands, of equal ones the first: P(topic | term) is proportional to the term's weight in the topic,
 * which is P(term | topic) times the topic's share.
 */
export function topicOfTerm({ weights, alpha }: Pick<Topics, "weights" | "alpha">, term: number): number {
  const row = weights.subarray(term * alpha.length, (term + 1) * alpha.length);
  return row.reduce((best, weight, topic) => (weight > row[best]! ? topic : best), 0);
}
