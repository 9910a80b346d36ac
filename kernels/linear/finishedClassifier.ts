import type { Classifier } from "../../schemas/classifier.js";
import { closeUpRows, permuteRows } from "../numbers/moveRows.js";
import type { BagEngine } from "./bagTrainer.js";
import type { LearnedFeatures } from "./learnedFeatures.js";

type Described = Pick<
  Classifier,
  "labels" | "labelCounts" | "counts" | "loss" | "wordNgrams" | "subwords" | "sentenceEnd" | "metadata"
>;
type Engine = Pick<BagEngine, "weights" | "stride">;

/**
 * What an engine has learned, buckets ascending, not calibrated. The engine's memory becomes the classifier's: rows would need twice the
 * memory otherwise. Nothing may be learned afterwards.
 */
export function finishedClassifier(
  described: Described,
  { terms, rows }: LearnedFeatures,
  { weights, stride }: Engine,
  columns: number,
): Classifier {
  const order = rows.ascending();
  const inBuckets = weights.input.subarray(terms.length * stride, (terms.length + order.length) * stride);
  permuteRows(inBuckets, order, stride);
  return {
    ...described,
    terms,
    buckets: Uint32Array.from(order, (place) => rows.buckets[place]!),
    pruned: false,
    input: { columns, values: closeUpRows(weights.input, terms.length + order.length, columns, stride) },
    output: { columns, values: closeUpRows(weights.output, described.labels.length, columns, stride) },
    temperature: 1,
  };
}

/** A copy of what an engine has learned so far: it can go on. */
export function classifierSoFar(
  described: Described,
  features: LearnedFeatures,
  { weights, stride }: Engine,
  columns: number,
): Classifier {
  const used = (features.terms.length + features.rows.buckets.length) * stride;
  const copy = { input: weights.input.slice(0, used), output: weights.output.slice() };
  return finishedClassifier(described, features, { weights: copy, stride }, columns);
}
