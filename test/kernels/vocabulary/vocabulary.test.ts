import { expect, it } from "vitest";
import { makeVocabulary, requireCounts } from "#kernels";
import { fastText, word2vec } from "#models";
import { contextBatches, vocabularyOf } from "../../support/contextBatches.js";

it("is refused without counts by models that draw terms by them", () => {
  const sentences = [["a", "猫", "a"]];
  const [batch] = contextBatches(vocabularyOf(sentences), sentences);
  const vocabulary = makeVocabulary(["a", "猫"], new Float64Array(2));
  const message = (who: string) =>
    new RangeError(
      `${who}: the vocabulary must tell how often its terms occur, got 2 terms of count 0; learnSubwords counts pieces, files of tokenizers do not`,
    );
  expect(() => word2vec().update!({ ...batch!, vocabulary })).toThrow(message("word2vec"));
  expect(() => requireCounts("glove", vocabulary)).toThrow(message("glove"));
  requireCounts("glove", vocabularyOf(sentences));
  return expect((async () => fastText().update!({ ...batch!, vocabulary }))()).rejects.toThrow(message("fastText"));
});
