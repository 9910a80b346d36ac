import { expect, it } from "vitest";
import { didYouMean, suggest } from "#schemas";

const known = ["minCount", "maxSize", "windowSize", "vectorSize", "seed", "sample"];

it("suggest finds the nearest name, whatever its case", () => {
  expect(suggest("minCoutn", known)).toBe("minCount");
  expect(suggest("WINDOWSIZE", known)).toBe("windowSize");
  expect(suggest("window", known)).toBe("windowSize"); // the beginning of a name
  expect(suggest("sed", known)).toBe("seed");
});

it("suggest counts two neighbours that changed places as one difference", () => {
  expect(suggest("trian", ["train", "test"])).toBe("train");
  expect(suggest("mpa", ["map", "run"])).toBe("map");
  expect(suggest("tarni", ["train"])).toBeUndefined(); // two pairs of five letters
});

it("suggest keeps silent about what is no misspelling of anything", () => {
  expect(suggest("learningRate", known)).toBeUndefined();
  expect(suggest("x", [])).toBeUndefined();
  expect(suggest("n", ["k", "on"])).toBe("on"); // no name is near to one of a single letter
  expect(suggest("", known)).toBeUndefined();
});

it("didYouMean is what an error adds, or nothing", () => {
  expect(didYouMean("sed", known)).toBe("; did you mean seed?");
  expect(didYouMean("learningRate", known)).toBe("");
});
