import { expect, it } from "vitest";
import { sumOfSquares } from "../../../kernels/numbers/sumOfSquares.js";

it("adds the squares of either width up, and nothing to 0", () => {
  expect(sumOfSquares(Float32Array.of(3, -4))).toBe(25);
  expect(sumOfSquares(Float64Array.of(1, 2, 3))).toBe(14);
  expect(sumOfSquares(new Float32Array(0))).toBe(0);
});
