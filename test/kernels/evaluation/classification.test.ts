import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { scoreClassification } from "#kernels";

const reference = JSON.parse(readFileSync("test/reference/classification.json", "utf8"));

const one = (given: readonly string[], ...predicted: readonly (readonly [string, number])[]) => ({
  given,
  predicted: predicted.map(([label, probability]) => ({ label, probability })),
});

it("agrees with scikit-learn", () => {
  const labels: readonly string[] = reference.labels;
  const documents = (reference.given as number[]).map((given, n) => {
    const probabilities: number[] = reference.probabilities[n];
    const predicted = labels.map((label, j) => ({ label, probability: probabilities[j]! }));
    return { given: [labels[given]!], predicted: predicted.sort((x, y) => y.probability - x.probability) };
  });
  const scores = scoreClassification(documents, reference.k);
  for (const name of ["microF1", "macroF1", "recallAtK", "calibrationError"] as const)
    expect(scores[name]).toBeCloseTo(reference[name], 12);
  expect(scores.precisionAtK).toBeCloseTo(reference.recallAtK / reference.k, 12); // one of k labels at most is right
  for (const { label, ...found } of scores.labels) {
    const j = labels.indexOf(label);
    expect(found.precision).toBeCloseTo(reference.precision[j], 12);
    expect(found.recall).toBeCloseTo(reference.recall[j], 12);
    expect(found.f1).toBeCloseTo(reference.f1[j], 12);
    expect(found.documents).toBe(reference.support[j]);
  }
});

it("counts each of several labels, and looks at k of the predicted ones", () => {
  const documents = [
    one(["a", "b"], ["a", 0.6], ["c", 0.3], ["b", 0.1]),
    one(["c"], ["a", 0.5], ["b", 0.3], ["c", 0.2]),
    one(["a", "b", "c"], ["b", 0.9], ["c", 0.1]),
  ];
  // The first two: a right, c wrong; a wrong, b wrong; b right, c right. 3 of 6 predicted, 3 of 6 given.
  expect(scoreClassification(documents, 2)).toMatchObject({ documents: 3, precisionAtK: 3 / 6, recallAtK: 3 / 6 });
  // The first alone: a right, a wrong, b right. 2 of 3 predicted, 2 of 6 given; F1 = 2 x 2 / (3 + 6).
  const { microF1, labels, confusions } = scoreClassification(documents, 1);
  expect(microF1).toBeCloseTo(4 / 9, 12);
  expect(labels).toContainEqual({ label: "a", precision: 1 / 2, recall: 1 / 2, f1: 1 / 2, documents: 2 });
  expect(confusions).toEqual([{ given: "c", predicted: "a", documents: 1 }]);
});

it("leaves out documents without labels, and counts those without a prediction as wrong", () => {
  const scores = scoreClassification([one([], ["a", 1]), one(["a"]), one(["a"], ["a", 1])], 1);
  expect(scores).toMatchObject({ documents: 2, withoutLabels: 1, withoutPrediction: 1 });
  expect(scores).toMatchObject({ precisionAtK: 1 / 2, recallAtK: 1 / 2, microF1: 2 / 3, calibrationError: 0 });
});

it("compares probabilities with the share of right ones, bin by bin", () => {
  const documents = [one(["a"], ["a", 1]), one(["a"], ["b", 0.95]), one(["a"], ["a", 0.5])];
  const { reliability, calibrationError } = scoreClassification(documents, 1);
  expect(reliability).toEqual([
    { from: 7 / 15, to: 8 / 15, documents: 1, meanProbability: 0.5, shareRight: 1 },
    { from: 14 / 15, to: 1, documents: 2, meanProbability: 0.975, shareRight: 0.5 },
  ]);
  expect(calibrationError).toBeCloseTo((0.5 + 2 * 0.475) / 3, 12);
});

it("is all zeros for no documents", () => {
  const scores = scoreClassification([], 1);
  expect(scores).toMatchObject({
    documents: 0,
    precisionAtK: 0,
    recallAtK: 0,
    microF1: 0,
    macroF1: 0,
    calibrationError: 0,
  });
});
