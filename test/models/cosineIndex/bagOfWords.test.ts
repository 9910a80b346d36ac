import { expect, it } from "vitest";
import { searcherOf } from "#kernels";
import { bagOfWords } from "#models";
import { countsOf } from "../../support/searchIndexOf.js";

const documents = ["the the cat", "the dog", "the 猫"].map((text) => text.split(" "));

it("finds by the cosine of counts", async () => {
  const model = bagOfWords();
  await model.update(countsOf(documents));
  const found = searcherOf(await model.result()).search(["the", "cat"], 10);
  // (2, 1) and (1, 1) of "the" and another word, against (1, 1): 3 / (sqrt 5 sqrt 2), and 1 / 2 for "the" alone
  expect(found.map(({ document }) => document)).toEqual([0, 1, 2]);
  [3 / Math.sqrt(10), 0.5, 0.5].forEach((score, k) => {
    expect(found[k]!.score).toBeCloseTo(score, 12);
  });
});

it("names itself where no document has a word", () => {
  expect(() => bagOfWords().result()).toThrow(
    "bagOfWords: a document must have a word of the vocabulary, got 0 documents",
  );
});
