import { expect, it } from "vitest";
import { didYouMean, suggest } from "#schemas";

const known = ["minCount", "maxSize", "windowSize", "vectorSize", "seed", "sample"];

it("suggest finds the nearest name, whatever its case", () => {
  expect(suggest("minCoutn", known)).toBe("minCount");
  expect(suggest("WINDOWSIZE", known)).toBe("windowSize");
  expect(suggest("window", known)).toBe("windowSize"); // the beginning of a name
  expect(suggest("sed", known)).toBe("seed");
});

it("suggest keeps silent about what is no misspelling of anything", () => {
  expect(suggest("learningRate", known)).toBeUndefined();
  expect(suggest("x", [])).toBeUndefined();
  expect(suggest("", known)).toBeUndefined();
});

it("didYouMean is what an error adds, or nothing", () => {
  expect(didYouMean("sed", known)).toBe("; did you mean seed?");
  expect(didYouMean("learningRate", known)).toBe("");
});
