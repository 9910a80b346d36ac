import { expect, it } from "vitest";
import { sigmoid, softplus } from "#kernels";

it("is 1/2 at 0 with a loss of ln 2, and 3/4 at ln 3", () => {
  expect(sigmoid(0)).toBe(0.5);
  expect(softplus(0)).toBeCloseTo(Math.LN2, 15);
  expect(sigmoid(Math.log(3))).toBeCloseTo(0.75, 15); // 1 / (1 + 1/3)
});

it("adds up to 1 on both sides, and keeps small probabilities", () => {
  for (const x of [0.1, 3, 20, 600]) expect(sigmoid(x) + sigmoid(-x)).toBeCloseTo(1, 15);
  expect(sigmoid(-50) / Math.exp(-50)).toBeCloseTo(1, 9);
});

it("stays finite for any finite score, and its loss grows with the score", () => {
  expect([sigmoid(1e6), sigmoid(-1e6) < 1e-300, softplus(1e6), softplus(-1e6) < 1e-300]).toEqual([1, true, 1e6, true]);
});
