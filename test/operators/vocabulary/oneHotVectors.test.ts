import { makeVocabulary } from "lexstream";
import { of } from "rxjs";
import { expect, it } from "vitest";
import { oneHotVectors } from "#operators";
import { collect } from "../../support/collect.js";

const vocabulary = makeVocabulary(["the", "猫", "cat"], Float64Array.of(3, 2, 1));

it("has a single 1 in each row, at the term's place", async () => {
  const [vectors] = await collect(of(vocabulary).pipe(oneHotVectors()));
  expect(vectors).toMatchObject({ terms: vocabulary.terms, vectorSize: 3 });
  expect([...vectors!.values]).toEqual([1, 0, 0, 0, 1, 0, 0, 0, 1]);
});

it("refuses more terms than there is room for", async () => {
  await expect(collect(of(vocabulary).pipe(oneHotVectors({ maxTerms: 2 })))).rejects.toThrow(
    "oneHotVectors: a vocabulary must have at most maxTerms = 2 terms, got 3, whose vectors take 0.000036 MB; maxSize of buildVocab bounds it",
  );
});
