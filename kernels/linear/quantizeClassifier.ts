import type { Classifier, DenseRows } from "../../schemas/classifier.js";
import { type QuantizeOptions, quantizeRows, rowLengths } from "./productQuantizer.js";

const END = "</s>";

/**
 * The rows of terms and buckets from the longest to the shortest, the row of `</s>` before all: those that a pruned classifier keeps are
 * its first ones. Equal lengths stand in the order of the rows.
 */
export function rowsByLength({ terms, input }: Classifier): Uint32Array {
  const { columns, values } = denseRows(input);
  const lengths = rowLengths(values, columns);
  const end = terms.indexOf(END);
  if (end >= 0) lengths[end] = Number.POSITIVE_INFINITY;
  return Uint32Array.from(lengths.keys()).sort((a, b) =>
    lengths[a] === lengths[b] ? a - b : lengths[b]! - lengths[a]!,
  );
}

/**
 * A classifier with quantised rows of the terms and buckets in `kept` alone. Where there are buckets, those without a row are no features any
 * more.
 * @throws TypeError if its rows are quantised already
 */
export async function quantizeClassifier(
  classifier: Classifier,
  kept: Uint32Array,
  options: QuantizeOptions,
): Promise<Classifier> {
  const { terms, counts, buckets } = classifier;
  const input = denseRows(classifier.input);
  const { columns } = input;
  const rows = kept.slice().sort();
  const values = new Float32Array(rows.length * columns);
  rows.forEach((row, i) => {
    values.set(input.values.subarray(row * columns, (row + 1) * columns), i * columns);
  });
  const words = rows.filter((row) => row < terms.length);
  return {
    ...classifier,
    terms: Array.from(words, (row) => terms[row]!),
    counts: Float64Array.from(words, (row) => counts[row]!),
    buckets: rows.subarray(words.length).map((row) => buckets[row - terms.length]!),
    pruned: true,
    input: await quantizeRows({ columns, values }, options),
  };
}

function denseRows(rows: Classifier["input"]): DenseRows {
  if ("values" in rows) return rows;
  throw new TypeError("quantize: rows must be dense, got quantised ones");
}
