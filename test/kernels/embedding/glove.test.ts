import { expect, it } from "vitest";
import { type GloveCells, gloveDifference, gloveSteps, importanceOf, initialGlove } from "#kernels";

const oneCell = (row: number, column: number, weight: number): GloveCells => ({
  row: Int32Array.of(row),
  column: Int32Array.of(column),
  logWeight: Float64Array.of(Math.log(weight)),
  importance: Float64Array.of(importanceOf(Math.log(weight), 100, 0.75)),
});
const doubles = (length: number) => new Float64Array(length);

it("weights a cell by (x / xMax)^exponent, and by 1 from xMax on", () => {
  expect(importanceOf(Math.log(16), 256, 0.75)).toBeCloseTo(0.125, 14); // (1/16)^(3/4) = 1/8
  expect(importanceOf(Math.log(256), 256, 0.75)).toBe(1);
  expect(importanceOf(Math.log(1e6), 256, 0.75)).toBe(1);
});

it("takes one step by hand as Stanford's program does", () => {
  const parameters = initialGlove(1, 1, 1, doubles);
  parameters.word.vectors[0] = 0.5;
  parameters.context.vectors[0] = 2;
  parameters.word.biases[0] = 0.25;
  parameters.context.biases[0] = -0.25;
  // diff = 0.5 * 2 + 0.25 - 0.25 - ln 1 = 1; f(1) = 100^-0.75 = 0.0316228; loss = f / 2
  const { loss } = gloveSteps(parameters, oneCell(0, 0, 1), 0.05);
  const f = 100 ** -0.75;
  expect(loss).toBeCloseTo(f / 2, 14);
  expect(parameters.word.vectors[0]).toBeCloseTo(0.5 - 0.05 * f * 2, 14); // G was 1
  expect(parameters.context.vectors[0]).toBeCloseTo(2 - 0.05 * f * 0.5, 14); // the old w, not the new one
  expect(parameters.word.vectorSquares[0]).toBeCloseTo(1 + (0.05 * f * 2) ** 2, 14);
  expect(parameters.word.biases[0]).toBeCloseTo(0.25 - f, 14); // no learning rate
  expect(parameters.context.biasSquares[0]).toBeCloseTo(1 + f * f, 14);
});

it("steps along the gradient that a finite difference of the loss shows", () => {
  const cells = oneCell(1, 2, 7);
  const before = initialGlove(3, 5, 9, doubles);
  const after = structuredClone(before);
  gloveSteps(after, cells, 0.05);
  const lossAt = () => 0.5 * cells.importance[0]! * gloveDifference(before, 1, 2, cells.logWeight[0]!) ** 2;
  for (const side of ["word", "context"] as const) {
    for (const [part, rate] of [
      ["vectors", 0.05],
      ["biases", 1],
    ] as const) {
      const values = before[side][part];
      values.forEach((value, i) => {
        const nudge = 1e-5;
        values[i] = value + nudge;
        const above = lossAt();
        values[i] = value - nudge;
        const slope = (above - lossAt()) / (2 * nudge);
        values[i] = value;
        expect((value - after[side][part][i]!) / rate).toBeCloseTo(slope, 8); // G is 1 before the first step
      });
    }
  }
});

it("stops at a cell whose difference is not finite, and leaves it untouched", () => {
  const parameters = initialGlove(2, 3, 1);
  parameters.context.vectors[4] = Number.NaN;
  const before = structuredClone(parameters);
  expect(gloveSteps(parameters, oneCell(0, 1, 5), 0.05)).toEqual({ loss: 0, brokenCell: 0 });
  expect(parameters).toEqual(before);
});
