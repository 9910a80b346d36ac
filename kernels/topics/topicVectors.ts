import type { Topics } from "../../schemas/topics.js";
import type { VectorTable } from "../../schemas/vectors.js";

/** The terms as vectors: of each the shares that it has in the topics, P(topic | term) (V, K). Terms are near that stand in the same topics. */
export function topicVectors({ vocabulary, weights, alpha, metadata }: Topics): VectorTable {
  const topics = alpha.length;
  const values = weights.slice();
  for (let from = 0; from < values.length; from += topics) {
    const row = values.subarray(from, from + topics);
    const sum = row.reduce((total, weight) => total + weight, 0);
    for (let topic = 0; topic < topics; topic++) row[topic]! /= sum || 1;
  }
  return { terms: vocabulary.terms, values, vectorSize: topics, metadata };
}
