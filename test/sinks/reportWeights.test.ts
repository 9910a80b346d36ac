import { readFileSync } from "node:fs";
import { join } from "node:path";
import { from } from "rxjs";
import { expect, it } from "vitest";
import { documentFrequencies } from "#models";
import { documentTerms, feed, weighTerms } from "#operators";
import { reportWeights } from "#sinks";
import { collect } from "../support/collect.js";
import { labelledBatches, labelledVocabulary } from "../support/labelledBatches.js";
import { temporaryFolder } from "../support/temporaryFolder.js";

const texts = ["猫 a 猫", "", "a b"].map((text) => ({ words: text.split(" ").filter(Boolean), labels: [] }));
const vocabulary = labelledVocabulary(texts);
const rows = (sizes: number[]) => collect(from(labelledBatches(vocabulary, texts, { sizes })).pipe(documentTerms()));

async function frequencies() {
  const model = documentFrequencies();
  await collect(from(await rows([100])).pipe(feed(model)));
  return model.result();
}

it("tells what weights are made of, the heaviest first, whatever the batches", async () => {
  const path = join(await temporaryFolder(), "weights.txt");
  // a is in 2 of the 3 documents, log2(3 / 2) = 0.58496; 猫 in 1, log2 3 = 1.585: twice that is 3.1699, and the root of the squares 3.2234
  for (const sizes of [[100], [1], [2]]) {
    const batches = await rows(sizes);
    const report = reportWeights(await frequencies(), { path, documents: 2, topN: 2, preset: "gensim" });
    expect(await collect(from(batches).pipe(report))).toEqual(batches);
    expect(readFileSync(path, "utf8").split("\n")).toEqual([
      "document 0: 3 tokens, 2 terms with a weight",
      "  猫: 0.9834 = tf 2 x idf 1.585 / norm 3.2234; 2 times, in 1 of 3 documents",
      "  a: 0.18147 = tf 1 x idf 0.58496 / norm 3.2234; 1 time, in 2 of 3 documents",
      "document 1: 0 tokens, 0 terms with a weight",
      "",
    ]);
  }
});

it("wants counts", async () => {
  const path = join(await temporaryFolder(), "weights.txt");
  const known = await frequencies();
  const weighed = from(await rows([100])).pipe(weighTerms(known), reportWeights(known, { path }));
  await expect(collect(weighed)).rejects.toThrow(
    /^reportWeights: documents must have counts, got 0\.\d+ in document 0/,
  );
});
