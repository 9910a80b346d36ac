import { expect, it } from "vitest";
import { calibrate, type HeldDocument, labelLoss, Predictor, recalibrate } from "#kernels";
import { classifierOf } from "../../support/classifierOf.js";

const labels = { a: [1, 0], b: [-1, 0] } as const;

/** `right` documents of the label that "x" speaks for, of so many words, and others, `all` together. */
const held = (right: number, all: number, words = 1): HeldDocument[] => {
  const tokens = new Array(words).fill("x");
  return Array.from({ length: all }, (_, i) => ({ tokens, labels: [i < right ? 0 : 1] }));
};

const classifier = classifierOf({ x: [3, 0] }, labels);

/**
 * The slope, by ln t, of -share ln p - (1 - share) ln(1 - p) + (ln t)^2 / 2n, with p = sigmoid(x) and x the difference of the scores over t: 0
 * at the lowest point.
 */
function slopeAt(temperature: number, { difference, share, n }: { difference: number; share: number; n: number }) {
  const x = difference / temperature;
  return Math.log(temperature) / n - x * (1 / (1 + Math.exp(-x)) - share);
}

it("finds the temperature at which a label is as probable as it is often right", () => {
  // The scores are 3 and -3. sigmoid(6 / t) = 8 / 10 where 6 / t = ln 4.
  const { temperature } = calibrate(classifier, held(800, 1000, 100));
  expect(Math.abs(Math.log(temperature / (6 / Math.log(4))))).toBeLessThan(0.01);
  expect(slopeAt(temperature, { difference: 6, share: 0.8, n: 1000 })).toBeCloseTo(0, 3);
});

it("finds it also where a classifier has hardly learned", () => {
  const weak = classifierOf({ x: [0.001, 0] }, labels);
  const { temperature } = calibrate(weak, held(800, 1000));
  expect(Math.abs(Math.log(temperature / (0.002 / Math.log(4))))).toBeLessThan(0.03);
});

it("does so for labels with probabilities of their own", () => {
  // The loss is that of both labels: for each sigmoid(3 / t) is right in 8 of 10 documents; ln(8 / 2) = 3 / t.
  const each = { ...classifier, loss: "oneVsAll" } as const;
  expect(calibrate(each, held(800, 1000, 100)).temperature).toBeCloseTo(3 / Math.log(4), 2);
});

it("leans to 1 where little was kept aside, however long, and also where all of it is told right", () => {
  const one = classifierOf({ x: [1, 0] }, labels);
  expect(calibrate(one, []).temperature).toBe(1);
  const right = [1, 10, 100, 1000].map((all) => calibrate(one, held(all, all)).temperature);
  expect(right).toEqual([...right].sort((x, y) => y - x)); // the more documents, the surer
  expect(right[0]).toBeGreaterThan(0.7);
  right.forEach((temperature, i) => {
    expect(slopeAt(temperature, { difference: 2, share: 1, n: 10 ** i })).toBeCloseTo(0, 3);
  });
  expect(right[2]).toBeGreaterThan(0.25);
  expect(calibrate(one, held(100, 100, 400)).temperature).toBeCloseTo(right[2]!, 9);
  const unsure = calibrate(one, held(500, 1000)).temperature; // the less sure the better
  expect(slopeAt(unsure, { difference: 2, share: 0.5, n: 1000 })).toBeCloseTo(0, 4);
});

it("lets a text weigh the root of its words", () => {
  // 400 right ones of 400 words weigh 8000, 200 wrong ones of 100 words 2000, as 8 of 10.
  const both = [...held(400, 400, 400), ...held(0, 200, 100)];
  expect(slopeAt(calibrate(classifier, both).temperature, { difference: 6, share: 0.8, n: 600 })).toBeCloseTo(0, 3);
});

it("tells how often texts have the first label where they have several", () => {
  const three = classifierOf({ x: [2, 0], y: [0, 1] }, { a: [1, 0], b: [0, 1], c: [0, 0] });
  // "x" is of a and b in 9 of 10 texts, "y" of b and c in 6 of 10.
  const kept = ["x", "y"].flatMap((token, t) =>
    Array.from({ length: 1000 }, (_, i): HeldDocument => {
      const isRight = i % 10 < (t === 0 ? 9 : 6);
      return { tokens: [token], labels: isRight ? [t, t + 1] : [2 - 2 * t] };
    }),
  );
  const made = { ...three, ...calibrate(three, kept) };
  const predictor = new Predictor(made);
  expect(made.labelOdds!.slope).toBeGreaterThan(0);
  expect(predictor.predict(["x"])[0]!.label).toBe("a");
  expect(predictor.predict(["x"])[0]!.probability).toBeCloseTo(0.9, 2);
  expect(predictor.predict(["y"])[0]!.probability).toBeCloseTo(0.6, 2);
  expect(calibrate(three, held(800, 1000)).labelOdds).toBeUndefined();
});

it("finds a temperature near the one before, with its loss, as the search of the whole range does", () => {
  for (const loss of ["softmax", "oneVsAll"] as const) {
    const made = { ...classifier, loss };
    const texts = held(800, 1000, 100);
    const best = calibrate(made, texts).temperature;
    for (const before of [undefined, best, best * 0.8, best * 1.2]) {
      const { temperature, loss: found } = recalibrate(made, texts, before);
      expect(Math.abs(Math.log(temperature / best))).toBeLessThan(0.03);
      // Of softmax: at 6 / t = ln 4, eight texts of ten have a probability of 4/5 and two of 1/5; ln t is 1.46 away from 0.
      const ofLabels = -(8 * Math.log(0.8) + 2 * Math.log(0.2)) / 10;
      if (loss === "softmax") expect(found).toBeCloseTo(ofLabels + Math.log(best) ** 2 / 2000, 3);
    }
  }
});

it("weighs texts, and leans to 1, as the search of the whole range does", () => {
  const few = [...held(3, 3, 4), ...held(0, 2)]; // 6 against 2, but 3 against 2 without their lengths
  const best = calibrate(classifier, few).temperature;
  const { temperature, loss } = recalibrate(classifier, few, best);
  expect(temperature).toBeCloseTo(best, 2);
  const sure = 1 / (1 + Math.exp(-6 / temperature));
  const ofLabels = -6 * Math.log(sure) - 2 * Math.log(1 - sure);
  expect(loss).toBeCloseTo(Math.log(temperature) ** 2 / 2 / 5 + ofLabels / 8, 12);
});

it("goes towards a temperature that is far, and stays where all are the same", () => {
  const texts = held(800, 1000, 100);
  const best = calibrate(classifier, texts).temperature; // 4.3
  const once = recalibrate(classifier, texts, 2).temperature;
  expect(once).toBeGreaterThan(2);
  const twice = recalibrate(classifier, texts, once).temperature;
  expect(Math.abs(Math.log(twice / best))).toBeLessThan(Math.log(best / 2));
  const nothingKnown = recalibrate(classifier, [{ tokens: ["月"], labels: [0] }], 1);
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
