import { expect, it } from "vitest";
import { FoldIn } from "#kernels";

// Two topics over three terms: P(. | first) = 1/2, 1/2, 0 and P(. | second) = 0, 1/4, 3/4
const weights = Float32Array.of(2, 0, 2, 1, 0, 3);
const topics = new FoldIn({ weights, alpha: Float64Array.of(1, 1) });

it("finds the shares under which a document is most probable", () => {
  // n = 3 of the first term, 1 of the third: the likelihood (theta/2)^3 (3/4 (1 - theta)) is highest at theta = 3/4
  const [first, second] = topics.shares([0, 2], [3, 1]);
  expect(first).toBeCloseTo(0.75, 3);
  expect(second).toBeCloseTo(0.25, 3);
});

it("gives the whole to a topic without which the document cannot be", () => {
  expect(topics.shares([0], [5])).toEqual(Float64Array.of(1, 0));
});

it("gives equal shares where nothing tells", () => {
  expect(topics.shares([], [])).toEqual(Float64Array.of(0.5, 0.5));
  const unknown = new FoldIn({ weights: Float32Array.of(1, 1, 0, 0), alpha: Float64Array.of(1, 1) });
  expect(unknown.shares([1], [2])).toEqual(Float64Array.of(0.5, 0.5));
});
