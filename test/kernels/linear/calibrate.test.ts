import { expect, it } from "vitest";
import { calibrate, type HeldDocument } from "#kernels";
import { classifierOf } from "../../support/classifierOf.js";

const labels = { a: [1, 0], b: [-1, 0] } as const;

/** `right` documents of the label that "x" speaks for, and as many others as are left of ten. */
const held = (right: number): HeldDocument[] =>
  Array.from({ length: 10 }, (_, i) => ({ tokens: ["x"], labels: [i < right ? 0 : 1] }));

it("finds the temperature at which a label is as probable as it is often right", () => {
  // The scores are 3 and -3. sigmoid(6 / t) = 8 / 10 where 6 / t = ln 4.
  expect(calibrate(classifierOf({ x: [3, 0] }, labels), held(8)).temperature).toBeCloseTo(6 / Math.log(4), 3);
});

it("does so for labels with probabilities of their own", () => {
  // The loss is that of the given label alone: sigmoid(3 / t) is driven up by 8, sigmoid(-3 / t) by 2 of 10; ln(8 / 2) = 3 / t.
  expect(calibrate(classifierOf({ x: [3, 0] }, labels, { loss: "oneVsAll" }), held(8)).temperature).toBeCloseTo(
    3 / Math.log(4),
    3,
  );
});

it("stays within 1/20 and 20, and is 1 where nothing was kept aside", () => {
  const one = classifierOf({ x: [1, 0] }, labels);
  expect(calibrate(one, []).temperature).toBe(1);
  expect(calibrate(one, held(10)).temperature).toBeCloseTo(Math.exp(-3), 3); // the surer the better
  expect(calibrate(one, held(5)).temperature).toBeCloseTo(Math.exp(3), 1); // the less sure the better
});
