import { expect, it } from "vitest";
import { scoreKeyphrases } from "#kernels";

it("scores the first phrases of documents against those that people gave", () => {
  const documents = [
    // the first three found: b and d are given, so precision 2/3, recall 2/4, F1 4/7; "a" behind them is not looked at
    { found: ["b", "b", "x", "d", "a"], given: ["a", "b", "c", "d", "d"] },
    // one found of one given
    { found: ["a"], given: ["a"] },
    // nothing found, and nothing right
    { found: [], given: ["a"] },
    { found: ["b"], given: ["a"] },
  ];
  const { precision, recall, f1 } = scoreKeyphrases(documents, 3);
  expect(precision).toBeCloseTo((2 / 3 + 1) / 4, 12);
  expect(recall).toBeCloseTo((2 / 4 + 1) / 4, 12);
  expect(f1).toBeCloseTo((4 / 7 + 1) / 4, 12);
});
