import { expect, it } from "vitest";
import { copyLearnedRows, LearnedFeatures, subwordsOf, takeLearnedRows } from "#kernels";

const form = { units: "characters", minLength: 3, maxLength: 3, buckets: 100 } as const;
const settings = { form, wordNgrams: 1, sentenceEnd: false, subwordsOf: subwordsOf("test", form) };
const stride = 4;
const columns = 3;

/** Rows of an engine, each number 10 times its row, and its column added. */
function engineOf(rows: number) {
  const numbers = Float32Array.from({ length: rows * stride }, (_, i) => 10 * Math.floor(i / stride) + (i % stride));
  return { stride, weights: { input: numbers, output: numbers.slice(0, 2 * stride) } };
}

const rowOf = (row: number) => [10 * row, 10 * row + 1, 10 * row + 2];

const features = new LearnedFeatures(["peel", "洋葱"], settings, () => {});
const met = [...features.rows.buckets];
const ascending = [...met].sort((x, y) => x - y);

it("copies rows of terms and labels in any order, and those of buckets ascending", () => {
  const engine = engineOf(2 + met.length);
  const before = engine.weights.input.slice();
  const { buckets, input, output } = copyLearnedRows(features, engine, { terms: [1, 0], labels: [1] }, columns);
  expect([...buckets]).toEqual(ascending);
  expect(met).not.toEqual(ascending);
  const expected = [1, 0, ...ascending.map((bucket) => 2 + met.indexOf(bucket))].flatMap(rowOf);
  expect(input).toEqual({ columns, values: Float32Array.from(expected) });
  expect(output).toEqual({ columns, values: Float32Array.from(rowOf(1)) });
  expect(engine.weights.input).toEqual(before);
});

it("takes the same rows over without a copy", () => {
  const engine = engineOf(2 + met.length);
  const copy = copyLearnedRows(features, engine, { terms: [0, 1], labels: [0, 1] }, columns);
  const taken = takeLearnedRows(features, engine, 2, columns);
  expect(taken).toEqual(copy);
  expect((taken.input as { values: Float32Array }).values.buffer).toBe(engine.weights.input.buffer);
});
