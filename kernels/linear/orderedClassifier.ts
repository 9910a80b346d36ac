import type { Classifier } from "../../schemas/classifier.js";
import type { BagEngine } from "./bagTrainer.js";
import type { LearnedFeatures } from "./learnedFeatures.js";

type Described = Pick<
  Classifier,
  "labels" | "labelCounts" | "counts" | "loss" | "wordNgrams" | "subwords" | "sentenceEnd" | "metadata"
>;

/** Which rows of an engine terms and labels have, in the order of the classifier. */
interface Order {
  readonly terms: readonly number[];
  readonly labels: readonly number[];
}

/** A copy of what an engine has learned so far, terms and labels in another order than their rows, buckets ascending, not calibrated. */
export function orderedClassifier(
  described: Described,
  { terms, rows }: LearnedFeatures,
  { weights, stride }: Pick<BagEngine, "weights" | "stride">,
  columns: number,
  order: Order,
): Classifier {
  const buckets = rows.ascending();
  const copied = (from: Float32Array, places: readonly number[]) => {
    const values = new Float32Array(places.length * columns);
    places.forEach((place, i) => {
      values.set(from.subarray(place * stride, place * stride + columns), i * columns);
    });
    return { columns, values };
  };
  return {
    ...described,
    terms: order.terms.map((row) => terms[row]!),
    buckets: Uint32Array.from(buckets, (place) => rows.buckets[place]!),
    pruned: false,
    input: copied(weights.input, [...order.terms, ...buckets.map((place) => rows.firstRow + place)]),
    output: copied(weights.output, order.labels),
    temperature: 1,
  };
}
