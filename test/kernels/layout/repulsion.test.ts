import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { compileKernel, drawUniform, Repulsion, randomStream, repelByPairs } from "#kernels";

const compiled = compileKernel(readFileSync("dist/kernels/assembly/fourier.wasm"));

const scattered = (count: number, span: number) => {
  const random = randomStream(3, "test");
  return Float64Array.from({ length: 2 * count }, (_, at) => span * drawUniform(random, at));
};

it.each([
  ["close together", 3, undefined],
  ["close together, by the compiled transform", 3, compiled],
  ["far apart", 40, compiled],
] as const)("is the sum over all pairs, to about a tenth: points %s", (_, span, module) => {
  const points = scattered(700, span);
  const [expected, forces] = [new Float64Array(points.length), new Float64Array(points.length)];
  const expectedPairs = repelByPairs(points, expected);
  const pairs = new Repulsion(module).compute(points, forces);
  const length = (values: Float64Array) => Math.hypot(...values);
  expect(length(forces.map((force, at) => force - expected[at]!)) / length(expected)).toBeLessThan(0.12);
  expect(Math.abs(pairs / expectedPairs - 1)).toBeLessThan(0.01);
});

it("follows points that move apart", () => {
  const repulsion = new Repulsion(compiled);
  const forces = new Float64Array(1200);
  const near = repulsion.compute(scattered(600, 3), forces);
  const far = repulsion.compute(scattered(600, 60), forces);
  expect(new Repulsion(compiled).compute(scattered(600, 60), forces)).toBe(far);
  expect(far).toBeLessThan(near / 20);
});

it("pushes two points apart with the same strength", () => {
  const forces = new Float64Array(4);
  // w = 1 / (1 + 0.25) = 0.8, w^2 d = 0.64 x 0.5 = 0.32, and both pairs have 0.8
  expect(new Repulsion().compute(Float64Array.of(0, 0, 0.5, 0), forces)).toBeCloseTo(1.6, 12);
  expect([...forces]).toEqual([-0.32, 0, 0.32, 0].map((force) => expect.closeTo(force, 12)));
});
