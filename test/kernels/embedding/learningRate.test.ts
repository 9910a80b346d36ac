import { expect, it } from "vitest";
import { learningRateAt } from "#kernels";

const rate = { learningRate: 0.025, minLearningRate: 0.005, centres: 1000 };

it("falls evenly to the smallest rate, and stays there", () => {
  const at = [0, 250, 500, 1000, 5000].map((centre) => learningRateAt({ ...rate, schedule: "linear" }, centre));
  [0.025, 0.02, 0.015, 0.005, 0.005].forEach((expected, i) => {
    expect(at[i]).toBeCloseTo(expected, 15);
  });
});

it("does not fall when it is constant", () => {
  expect(learningRateAt({ ...rate, schedule: "constant" }, 5000)).toBe(0.025);
});
