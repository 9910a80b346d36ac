import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { compileKernel, type GloveTilesKernel, ln, sharedMemory, startKernel } from "#kernels";

const memory = sharedMemory(65536);
const kernel = startKernel<GloveTilesKernel>(
  compileKernel(readFileSync("dist/kernels/assembly/gloveTiles.wasm")),
  memory,
);
const [weightsAt, logsAt] = [1024, 2048];

function logarithms(weights: readonly number[]): Float32Array | number {
  new Float64Array(memory.buffer, weightsAt).set(weights);
  const broken = kernel.logarithms(weightsAt, weights.length, logsAt);
  return broken < 0 ? new Float32Array(memory.buffer, logsAt, weights.length) : broken;
}

it("takes the logarithms that ln takes", () => {
  const weights = [
    5e-324,
    1e-310,
    2 ** -1022,
    0.1,
    1,
    1 / 7,
    Math.SQRT2,
    3,
    1e300,
    Number.MAX_VALUE,
    360_361 / 360_360,
  ];
  expect(logarithms(weights)).toEqual(Float32Array.from(weights, ln));
});

it.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY])(
  "finds the weight %d, which has none, at its place",
  (weight) => {
    expect(logarithms([weight, 1, 1])).toBe(0);
    expect(logarithms([1, weight, 1])).toBe(1);
    expect(logarithms([1, 1, weight])).toBe(2);
    expect(logarithms([1])).toEqual(Float32Array.of(0)); // whatever lies behind the last
  },
);
