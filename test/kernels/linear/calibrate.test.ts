import { expect, it } from "vitest";
import { calibrate, type HeldDocument, Predictor } from "#kernels";
import { classifierOf } from "../../support/classifierOf.js";

const labels = { a: [1, 0], b: [-1, 0] } as const;

/** `right` documents of the label that "x" speaks for, of so many words, and others, `all` together. */
const held = (right: number, all: number, words = 1): HeldDocument[] =>
  Array.from({ length: all }, (_, i) => ({ tokens: new Array(words).fill("x"), labels: [i < right ? 0 : 1] }));

const classifier = classifierOf({ x: [3, 0] }, labels);

it("finds the temperature at which a label is as probable as it is often right", () => {
  // The scores are 3 and -3. sigmoid(6 / t) = 8 / 10 where 6 / t = ln 4.
  expect(calibrate(classifier, held(8000, 10_000)).temperature).toBeCloseTo(6 / Math.log(4), 2);
});

it("does so for labels with probabilities of their own", () => {
  // The loss is that of both labels: for each sigmoid(3 / t) is right in 8 of 10 documents; ln(8 / 2) = 3 / t.
  const each = { ...classifier, loss: "oneVsAll" } as const;
  expect(calibrate(each, held(8000, 10_000)).temperature).toBeCloseTo(3 / Math.log(4), 2);
});

it("leans to 1 where little was kept aside, and stays between 1/20 and 20", () => {
  const one = classifierOf({ x: [1, 0] }, labels);
  expect(calibrate(one, []).temperature).toBe(1);
  const right = [1, 10, 100, 1e5].map((all) => calibrate(one, held(all, all)).temperature);
  expect(right).toEqual([...right].sort((x, y) => y - x)); // the more documents, the surer
  expect(right[0]).toBeGreaterThan(0.7);
  expect(right[3]).toBeGreaterThan(Math.exp(-3) - 1e-6);
  expect(calibrate(one, held(5e4, 1e5)).temperature).toBeCloseTo(Math.exp(3), 1); // the less sure the better
});

it("lets a text weigh the root of its words", () => {
  // 4000 right ones of 4 words weigh 8000, 2000 wrong ones of 1 word 2000, as 8 of 10.
  const both = [...held(4000, 4000, 4), ...held(0, 2000)];
  expect(calibrate(classifier, both).temperature).toBeCloseTo(6 / Math.log(4), 2);
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
