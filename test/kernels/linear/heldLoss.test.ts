import { expect, it } from "vitest";
import { heldLoss } from "#kernels";
import { classifierOf } from "../../support/classifierOf.js";

const labels = { a: [1, 0], b: [-1, 0] } as const;
// "x" has scores of 3 and -3, so that softmax gives 1 / (1 + e^-6) and 1 / (1 + e^6).
const [sure, unsure] = [Math.log(1 + Math.exp(-6)), Math.log(1 + Math.exp(6))];

it("is the mean of -ln of the probability of the texts' own labels", () => {
  const held = [[0], [1], [0, 1]].map((own) => ({ tokens: ["x"], labels: own }));
  const made = classifierOf({ x: [3, 0] }, labels);
  expect(heldLoss(made, held)).toBeCloseTo((sure + unsure + 0) / 3, 9); // a or b is certain
});

it("is that of all labels, each told from the others, where they have probabilities of their own", () => {
  const made = classifierOf({ x: [3, 0] }, labels, { loss: "oneVsAll" });
  // sigmoid(3) of a, and 1 - sigmoid(-3) = sigmoid(3) that it is not b
  expect(heldLoss(made, [{ tokens: ["x"], labels: [0] }])).toBeCloseTo(2 * Math.log(1 + Math.exp(-3)), 9);
});

it("takes a text without a known word for one of scores of 0", () => {
  expect(heldLoss(classifierOf({ x: [3, 0] }, labels), [{ tokens: ["月"], labels: [0] }])).toBeCloseTo(Math.LN2, 9);
});

it("is that at the classifier's temperature, and none where nothing was kept aside", () => {
  const made = { ...classifierOf({ x: [3, 0] }, labels), temperature: 3 };
  expect(heldLoss(made, [{ tokens: ["x"], labels: [0] }])).toBeCloseTo(Math.log(1 + Math.exp(-2)), 9);
  expect(heldLoss(made, [])).toBeNaN();
});
