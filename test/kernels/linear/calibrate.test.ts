import { expect, it } from "vitest";
import { calibrate, type HeldDocument, labelLoss, recalibrate } from "#kernels";
import { classifierOf } from "../../support/classifierOf.js";

const labels = { a: [1, 0], b: [-1, 0] } as const;

/** `right` documents of the label that "x" speaks for, and as many others as are left of ten. */
const held = (right: number): HeldDocument[] =>
  Array.from({ length: 10 }, (_, i) => ({ tokens: ["x"], labels: [i < right ? 0 : 1] }));

it("finds the temperature at which a label is as probable as it is often right", () => {
  // The scores are 3 and -3. sigmoid(6 / t) = 8 / 10 where 6 / t = ln 4.
  expect(calibrate(classifierOf({ x: [3, 0] }, labels), held(8))).toBeCloseTo(6 / Math.log(4), 3);
});

it("does so for labels with probabilities of their own", () => {
  // The loss is that of the given label alone: sigmoid(3 / t) is driven up by 8, sigmoid(-3 / t) by 2 of 10; ln(8 / 2) = 3 / t.
  expect(calibrate(classifierOf({ x: [3, 0] }, labels, { loss: "oneVsAll" }), held(8))).toBeCloseTo(3 / Math.log(4), 3);
});

it("stays within 1/20 and 20, and is 1 where nothing was kept aside", () => {
  const one = classifierOf({ x: [1, 0] }, labels);
  expect(calibrate(one, [])).toBe(1);
  expect(calibrate(one, held(10))).toBeCloseTo(Math.exp(-3), 3); // the surer the better
  expect(calibrate(one, held(5))).toBeCloseTo(Math.exp(3), 1); // the less sure the better
});

it("finds a temperature near the one before, with its loss, as the search of the whole range does", () => {
  for (const loss of ["softmax", "oneVsAll"] as const) {
    const made = classifierOf({ x: [3, 0] }, labels, { loss });
    const best = calibrate(made, held(8));
    for (const before of [best, best * 0.8, best * 1.2]) {
      const { temperature, loss: found } = recalibrate(made, held(8), before);
      expect(Math.abs(Math.log(temperature / best))).toBeLessThan(0.03);
      // Of softmax: at 6 / t = ln 4, eight texts have a probability of 4/5 and two of 1/5.
      if (loss === "softmax") expect(found).toBeCloseTo(-(8 * Math.log(0.8) + 2 * Math.log(0.2)) / 10, 3);
    }
  }
});

it("goes towards a temperature that is far, and stays where all are the same", () => {
  const made = classifierOf({ x: [3, 0] }, labels);
  const best = calibrate(made, held(8)); // 4.3
  const once = recalibrate(made, held(8), 2).temperature;
  expect(once).toBeGreaterThan(2);
  expect(Math.abs(Math.log(recalibrate(made, held(8), once).temperature / best))).toBeLessThan(Math.log(best / 2));
  const nothingKnown = recalibrate(made, [{ tokens: ["月"], labels: [0] }], 1);
  expect(nothingKnown).toEqual({ temperature: 1, loss: Number.NaN });
});

it("counts what a label of several, or of none known, costs", () => {
  const made = classifierOf({ x: [3, 0] }, labels);
  const lossOf = labelLoss(made);
  expect(lossOf(Float64Array.of(0.6, 0.3), [0, 1])).toBeCloseTo(-Math.log(0.9), 12);
  expect(lossOf(Float64Array.of(0.6, 0.4), [])).toBeCloseTo(15 * Math.LN10, 9); // no less than 1e-15
  const each = labelLoss(classifierOf({ x: [3, 0] }, labels, { loss: "oneVsAll" }));
  expect(each(Float64Array.of(0.6, 0.3), [0])).toBeCloseTo(-Math.log(0.6) - Math.log(0.7), 12);
});
