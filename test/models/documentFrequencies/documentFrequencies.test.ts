import { from } from "rxjs";
import { expect, it } from "vitest";
import { documentFrequencies } from "#models";
import { documentTerms, feed } from "#operators";
import type { DocumentFrequencies } from "#schemas";
import { collect } from "../../support/collect.js";
import { copyState } from "../../support/copyState.js";
import { labelledBatches, labelledVocabulary } from "../../support/labelledBatches.js";

const texts = ["the cat the", "", "猫 猫 cat", "the 猫"].map((text) => ({
  words: text.split(" ").filter((word) => word !== ""),
  labels: [],
}));
const vocabulary = labelledVocabulary(texts);
const rows = (sizes: number[]) => collect(from(labelledBatches(vocabulary, texts, { sizes })).pipe(documentTerms()));
/** the: documents 0 and 3; cat: 0 and 2; 猫: 2 and 3. */
const expected = { vocabulary, counts: Float64Array.of(2, 2, 2), documents: 4, tokens: 8 };

it("counts the documents of each term, whatever the batches", async () => {
  for (const sizes of [[100], [1], [2, 3]]) {
    const model = documentFrequencies();
    await collect(from(await rows(sizes)).pipe(feed(model)));
    expect(await model.result()).toEqual(expected);
  }
});

it("goes on from its state after any batch", async () => {
  const batches = await rows([1]);
  for (let stop = 0; stop <= batches.length; stop++) {
    const [first, second] = [documentFrequencies(), documentFrequencies()];
    for (const batch of batches.slice(0, stop)) await first.update(batch);
    await second.restore!(copyState((await first.save!())!), { vocabulary });
    for (const batch of batches.slice(stop)) await second.update(batch);
    expect(await second.result()).toEqual(expected);
  }
});

it("has nothing to tell without documents", () => {
  expect(documentFrequencies().snapshot!()).toBeUndefined();
  expect(() => documentFrequencies().result()).toThrow("documentFrequencies: the stream must have documents, got none");
});

it("counts a corpus in parts as at once, with the terms of both", async () => {
  const parts = [texts.slice(0, 2), texts.slice(2)];
  let initialFrequencies: DocumentFrequencies | undefined;
  for (const part of parts) {
    const own = labelledVocabulary(part);
    const model = documentFrequencies({ initialFrequencies });
    await collect(from(labelledBatches(own, part)).pipe(documentTerms(), feed(model)));
    initialFrequencies = await model.result();
  }
  const { vocabulary: merged, ...counted } = initialFrequencies!;
  expect(counted).toEqual({ counts: Float64Array.of(2, 2, 2), documents: 4, tokens: 8 });
  expect([merged.terms, [...merged.counts]]).toEqual([vocabulary.terms, [...vocabulary.counts]]);
});
