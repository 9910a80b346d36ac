import { expect, it } from "vitest";
import { neural } from "#kernels";

const form = { name: "w", shape: [100, 200], decays: true };

it("draws normal values by seed, name and place", () => {
  const values = neural.normalValues(form, 1, 0.02);
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const square = values.reduce((sum, value) => sum + value * value, 0) / values.length;
  const within = values.filter((value) => Math.abs(value) < 0.02).length / values.length;
  expect(Math.abs(mean)).toBeLessThan(0.0005); // three times .02 / sqrt(20,000)
  expect(Math.sqrt(square)).toBeCloseTo(0.02, 3);
  expect(within).toBeCloseTo(0.6827, 1); // the share within one deviation
  expect(neural.normalValues({ ...form, shape: [10] }, 1, 0.02)).toEqual(values.slice(0, 10));
  expect(neural.normalValues(form, 2, 0.02)).not.toEqual(values);
  expect(neural.normalValues({ ...form, name: "v" }, 1, 0.02)).not.toEqual(values);
});
