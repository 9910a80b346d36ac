import type { Classifier } from "../../schemas/classifier.js";
import type { BagEngine } from "./bagTrainer.js";
import type { LearnedFeatures } from "./learnedFeatures.js";

type Described = Pick<
  Classifier,
  "labels" | "labelCounts" | "counts" | "loss" | "wordNgrams" | "subwords" | "sentenceEnd" | "metadata"
>;

/** A copy of what an engine has learned so far, buckets ascending, not calibrated. */
export function finishedClassifier(
  described: Described,
  { terms, rows }: LearnedFeatures,
  { weights, stride }: Pick<BagEngine, "weights" | "stride">,
  columns: number,
): Classifier {
  const order = rows.ascending();
  const copied = (from: Float32Array, places: readonly number[]) => {
    const values = new Float32Array(places.length * columns);
    places.forEach((place, i) => {
      values.set(from.subarray(place * stride, place * stride + columns), i * columns);
    });
    return { columns, values };
  };
  return {
    ...described,
    terms,
    buckets: Uint32Array.from(order, (place) => rows.buckets[place]!),
    pruned: false,
    input: copied(weights.input, [...terms.keys(), ...order.map((place) => terms.length + place)]),
    output: copied(weights.output, [...described.labels.keys()]),
    temperature: 1,
  };
}
