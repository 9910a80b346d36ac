import { expect, it } from "vitest";
import { topicOfTerm } from "#kernels";

it("gives a term the topic where it weighs most, of equal ones the first", () => {
  const topics = { alpha: Float64Array.of(0.1, 0.1, 0.1), weights: Float32Array.of(1, 3, 2, 5, 5, 0) };
  expect([0, 1].map((term) => topicOfTerm(topics, term))).toEqual([1, 0]);
});
