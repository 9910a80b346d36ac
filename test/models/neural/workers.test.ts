import { from } from "rxjs";
import { expect, it } from "vitest";
import { makeVocabulary } from "#kernels";
import { bert, elmo, gpt } from "#models";
import { maskTokens, packSequences } from "#operators";
import type { SequenceBatch, UpdatedModel } from "#schemas";
import { collect } from "../../support/collect.js";
import { shortOrLong } from "../../support/shortOrLong.js";
import { idBatches } from "../../support/tokens.js";

const words = ["[MASK]", "</s>", ...Array.from({ length: 30 }, (_, k) => `w${k}`)];
const vocabulary = makeVocabulary(words, new Float64Array(words.length).fill(1));
/** Eight rows of six words. */
const text = Array.from({ length: 8 }, (_, d) => [Array.from({ length: 6 }, (_, k) => `w${(7 * d + 3 * k * k) % 30}`)]);

const learning = { epochs: 1, holdout: 0, parts: 4, dropout: 0.1 };
const blocks = { layers: 1, heads: 2, vectorSize: 8, positions: 6, warmup: 0 };
const models: Readonly<Record<string, (workers: number) => UpdatedModel<"sequences", "languageModel">>> = {
  gpt: (workers) => gpt({ ...blocks, ...learning, workers }),
  bert: (workers) => bert({ ...blocks, nextSentence: false, ...learning, workers }),
  elmo: (workers) => elmo({ layers: 1, vectorSize: 4, hiddenSize: 8, filters: "1:4 2:4", ...learning, workers }),
};

it.each(Object.keys(models))("%s learns the same bytes at any number of threads", async (name) => {
  const pack = packSequences({ length: 6, batchSize: 4, across: "document" });
  const rows = from(await idBatches(text, undefined, vocabulary)).pipe(pack);
  const batches: SequenceBatch[] = await collect(name === "bert" ? rows.pipe(maskTokens({ share: 0.4 })) : rows);
  expect(batches.map(({ lengths }) => lengths.length)).toEqual([4, 4]);
  const learned = async (workers: number) => {
    const model = models[name]!(workers);
    try {
      for (const batch of batches) await model.update(batch);
      return (await model.result()).tensors.map(({ values }) => [...values]);
    } finally {
      await model.close();
    }
  };
  const one = await learned(1);
  for (const workers of shortOrLong([3], [2, 4])) expect(await learned(workers)).toEqual(one);
});
