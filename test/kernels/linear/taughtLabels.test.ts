import { expect, it } from "vitest";
import { BagRecords, TaughtLabels } from "#kernels";

const set = { names: ["baking", "soup", "大蒜"], counts: Float64Array.of(6, 3, 3) };
const settings = { loss: "softmax", negative: 2, minLabelCount: 1, classWeights: "none", seed: 1 } as const;

/** The labels and weights that a document with these labels teaches. */
function taught(labels: TaughtLabels, own: readonly number[], epoch = 0): [number, number][] {
  const records = new BagRecords();
  records.begin(0.1);
  labels.write(records, own, 1, epoch, 5);
  const { words } = records.take(1, true);
  const weights = new Float32Array(words.buffer);
  return Array.from({ length: words[3]! }, (_, j) => [words[4 + 3 * j]!, weights[6 + 3 * j]!]);
}

it("knows labels by their numbers, and refuses those that were not counted", () => {
  const labels = new TaughtLabels("model", set, settings);
  expect(labels.idsOf(["大蒜", "baking"], 0)).toEqual([2, 0]);
  expect(() => labels.idsOf(["sea"], 6)).toThrow(
    'model: labels must be those that the vocabulary was counted with, got "sea" in document 6',
  );
  expect(() => new TaughtLabels("model", undefined, settings)).toThrow("texts must have two labels or more, got none");
});

it("draws one of several labels at each visit, all of them over time; oneVsAll teaches all", () => {
  const labels = new TaughtLabels("model", set, settings);
  const drawn = new Set(Array.from({ length: 40 }, (_, epoch) => taught(labels, [0, 2], epoch)[0]![0]));
  expect([...drawn].sort()).toEqual([0, 2]);
  const all = new TaughtLabels("model", set, { ...settings, loss: "oneVsAll" });
  expect(taught(all, [0, 2])).toEqual([
    [0, 1],
    [2, 1],
  ]);
});

it("weighs labels so that each counts as much where weights are balanced", () => {
  const labels = new TaughtLabels("model", set, { ...settings, classWeights: "balanced" });
  // 12 documents, 3 labels: 12 / (3 x 6) and 12 / (3 x 3).
  expect(taught(labels, [0])[0]![1]).toBeCloseTo(2 / 3, 6);
  expect(taught(labels, [1])[0]![1]).toBeCloseTo(4 / 3, 6);
});

it("leaves out labels that are rare or beyond the most, and refuses to be left with one", () => {
  const labels = new TaughtLabels("model", set, { ...settings, maxLabels: 2 });
  expect([labels.names, labels.documents]).toEqual([["baking", "soup"], 9]);
  expect(labels.idsOf(["大蒜", "soup"], 0)).toEqual([1]);
  expect(labels.leftOut).toEqual({ belowMinLabelCount: 0, beyondMaxLabels: 3 });
  expect(() => new TaughtLabels("model", set, { ...settings, minLabelCount: 4 })).toThrow(
    "model: two labels or more must have minLabelCount = 4 texts, got 1 of 3",
  );
});
