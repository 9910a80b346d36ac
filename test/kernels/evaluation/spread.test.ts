import { expect, it } from "vitest";
import { meanCosine, pointTheSameWay } from "../../../dist/kernels/evaluation/spread.js";

/** So many rows of (1, x), one after another with x and -x. */
const fan = (rows: number, x: number) => ({
  terms: Array.from({ length: rows }, (_, id) => `t${id}`),
  values: Float32Array.from({ length: 2 * rows }, (_, k) => (k % 2 === 0 ? 1 : k % 4 === 1 ? x : -x)),
  vectorSize: 2,
  metadata: new Map<string, string>(),
});

it("is 1 where all vectors point the same way, and the mean over both kinds of pairs where they point two ways", () => {
  expect(meanCosine(fan(100, 0))).toBe(1);
  // half of the pairs are equal, and the others at right angles: (1, 1) and (1, -1)
  expect(meanCosine(fan(100, 1))).toBeGreaterThan(0.4);
  expect(meanCosine(fan(100, 1))).toBeLessThan(0.6);
});

it("is told of vectors that hardly differ, and not of few terms", () => {
  expect(pointTheSameWay(fan(50, 0.05))).toBe(true);
  expect(pointTheSameWay(fan(49, 0.05))).toBe(false);
  expect(pointTheSameWay(fan(50, 1))).toBe(false);
});

it("takes a row of zeros for one that points nowhere", () => {
  expect(meanCosine({ ...fan(60, 0), values: new Float32Array(120) })).toBe(0);
});
