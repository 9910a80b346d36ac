import type { Classifier } from "../../schemas/classifier.js";
import { closeUpRows, permuteRows } from "../numbers/moveRows.js";
import type { BagEngine } from "./bagTrainer.js";
import type { LearnedFeatures } from "./learnedFeatures.js";

/** What of a classifier is learned: the rows of terms, of buckets, ascending, and of labels. */
export type LearnedRows = Pick<Classifier, "buckets" | "input" | "output">;

type Engine = Pick<BagEngine, "weights" | "stride">;

/**
 * The rows that an engine has learned, of all terms and of so many labels. Its memory becomes theirs, where a copy would need as much again:
 * nothing may be learned afterwards.
 */
export function takeLearnedRows(
  { rows }: LearnedFeatures,
  { weights: { input, output }, stride }: Engine,
  labels: number,
  columns: number,
): LearnedRows {
  const order = rows.ascending();
  const used = rows.firstRow + order.length;
  permuteRows(input.subarray(rows.firstRow * stride, used * stride), order, stride);
  return {
    buckets: bucketsIn(order, rows),
    input: { columns, values: closeUpRows(input, used, columns, stride) },
    output: { columns, values: closeUpRows(output, labels, columns, stride) },
  };
}

/** A copy of the rows of some terms and labels, which are given in the order that they are to have: the engine can go on. */
export function copyLearnedRows(
  { rows }: LearnedFeatures,
  { weights, stride }: Engine,
  { terms, labels }: { readonly terms: readonly number[]; readonly labels: readonly number[] },
  columns: number,
): LearnedRows {
  const order = rows.ascending();
  const copied = (from: Float32Array, places: readonly number[]) => {
    const values = new Float32Array(places.length * columns);
    places.forEach((place, i) => {
      values.set(from.subarray(place * stride, place * stride + columns), i * columns);
    });
    return { columns, values };
  };
  return {
    buckets: bucketsIn(order, rows),
    input: copied(weights.input, terms.concat(order.map((place) => rows.firstRow + place))),
    output: copied(weights.output, labels),
  };
}

const bucketsIn = (order: readonly number[], { buckets }: LearnedFeatures["rows"]) =>
  Uint32Array.from(order, (place) => buckets[place]!);
