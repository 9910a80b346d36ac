import { join } from "node:path";
import { of } from "rxjs";
import { expect, it } from "vitest";
import { searcherOf } from "#kernels";
import { bm25, tfidf } from "#models";
import { writeSearchIndex } from "#sinks";
import { readWhole } from "#storage";
import { kinds } from "../../../dist/kinds/kinds.js";
import { collect } from "../../support/collect.js";
import { countsOf } from "../../support/searchIndexOf.js";
import { temporaryFolder } from "../../support/temporaryFolder.js";

const documents = ["the the cat", "the dog", "the 猫"].map((text) => text.split(" "));

const scoresOf = (index: Parameters<typeof searcherOf>[0], query: string) =>
  searcherOf(index)
    .search(query.split(" "), 10)
    .map(({ document, score }) => [document, Number(score.toFixed(12))]);

async function indexBy(model: ReturnType<typeof tfidf>) {
  await model.update(countsOf(documents));
  return model.result();
}

it("finds by the cosine of TF-IDF, where a word of all documents counts less than one of a few", async () => {
  const rare = Math.log(4 / 2) + 1; // scikit-learn: ln((1 + N) / (1 + df)) + 1, which is 1 for "the"
  const length = Math.hypot(1, rare);
  const [[first, score], [, second]] = scoresOf(await indexBy(tfidf()), "the dog") as [
    [number, number],
    [number, number],
  ];
  expect([first, score]).toEqual([1, 1]);
  expect(second).toBeCloseTo(2 / Math.hypot(2, rare) / length, 10); // "the" of "the the cat"
  const sublinear = await indexBy(tfidf({ sublinear: true }));
  expect(sublinear.scoring.scheme).toMatchObject({ tf: "logarithm", idf: "smooth", norm: "l2" });
});

it("holds the counts that bm25 holds, so that each can be asked as the other", async () => {
  const [index, other] = [await indexBy(tfidf()), await indexBy(bm25())];
  expect({ ...index, scoring: 0, metadata: 0 }).toEqual({ ...other, scoring: 0, metadata: 0 });
  const ranked = (scores: ReturnType<typeof searcherOf>) => scores.search(["the", "猫"], 3);
  expect(ranked(searcherOf(index, { k1: 1.2 }))).toEqual(ranked(searcherOf(other)));
  expect(ranked(searcherOf(other, { scheme: index.scoring.scheme }))).toEqual(ranked(searcherOf(index)));
});

it("keeps in its file how it is searched", async () => {
  const path = join(await temporaryFolder(), "index.arrow");
  const index = await indexBy(tfidf({ preset: "gensim" }));
  await collect(of(index).pipe(writeSearchIndex({ path })));
  const read = await readWhole(kinds.searchIndex, path);
  expect(read.scoring).toEqual(index.scoring);
  expect(scoresOf(read, "the cat")).toEqual(scoresOf(index, "the cat"));
});
