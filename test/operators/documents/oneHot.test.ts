import { from } from "rxjs";
import { expect, it } from "vitest";
import { documentTerms, oneHot } from "#operators";
import { collect } from "../../support/collect.js";
import { labelledBatches, labelledVocabulary } from "../../support/labelledBatches.js";

it("tells which terms a document has, and keeps its tokens", async () => {
  const texts = ["猫 a 猫", "", "b"].map((text) => ({ words: text.split(" ").filter(Boolean), labels: [] }));
  const vocabulary = labelledVocabulary(texts);
  const batches = await collect(from(labelledBatches(vocabulary, texts)).pipe(documentTerms(), oneHot()));
  const [cat, a] = ["猫", "a"].map((term) => vocabulary.idOf(term)!);
  expect([...batches[0]!.terms.subarray(0, 2)]).toEqual([cat!, a!].sort());
  expect(batches.flatMap(({ values }) => [...values])).toEqual([1, 1, 1]);
  expect(batches.flatMap(({ lengths }) => [...lengths])).toEqual([3, 0, 1]);
});
