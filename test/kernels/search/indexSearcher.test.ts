import fc from "fast-check";
import { expect, it } from "vitest";
import { bm25Scoring, cosineScoring, IndexSearcher, plainSearch, type Scoring, TopDocuments } from "#kernels";
import { bm25Variants, type SearchIndex } from "#schemas";
import { weightPresets } from "../../../dist/kernels/documents/termWeights.js";
import { searchIndexOf } from "../../support/searchIndexOf.js";
import { caseCount } from "../../support/shortOrLong.js";

const word = fc.constantFrom("a", "a", "a", "b", "b", "c", "d", "e", "猫", "𠮷", "ﬀ");
const documents = fc.array(fc.array(word, { maxLength: 8 }), { minLength: 1, maxLength: 60 });
const query = fc.array(fc.oneof(word, fc.constant("unknown")), { minLength: 1, maxLength: 6 });

type ScoringOf = (index: SearchIndex) => Scoring;
const scorings: [name: string, scoringOf: ScoringOf][] = [
  ...bm25Variants.map((variant): [string, ScoringOf] => [
    variant,
    (index) => bm25Scoring(index, { variant, k1: 1.2, b: 0.75 }),
  ]),
  ["cosine", (index) => cosineScoring(index, weightPresets.sklearn)],
  ["cosine of gensim", (index) => cosineScoring(index, weightPresets.gensim)],
];

it.each(scorings)("finds what the plain search finds, to the bit: %s", (_, scoringOf) => {
  fc.assert(
    fc.property(
      documents,
      fc.array(query, { minLength: 1, maxLength: 4 }),
      fc.integer({ min: 1, max: 9 }),
      (all, queries, k) => {
        const index = searchIndexOf(all);
        const scoring = scoringOf(index);
        const searcher = new IndexSearcher(index, scoring);
        for (const tokens of queries) {
          const hits = searcher.search(tokens, k);
          expect(hits).toEqual(plainSearch(index, scoring, tokens, k));
          for (const { document, score } of hits) {
            const parts = searcher.explain(tokens, document);
            expect(parts.reduce((sum, part) => sum + part.score, 0)).toBe(score);
          }
        }
      },
    ),
    { seed: 5, numRuns: caseCount(150) },
  );
});

it("looks frequent terms up only where a rarer one has led", () => {
  // `rare` is in documents 10, 500 and 900; `the` in all of 1000. Once the three are known, no document with `the` alone can be among the best 2.
  const all = Array.from({ length: 1000 }, (_, n) =>
    n === 10 || n === 500 || n === 900 ? ["the", "rare"] : ["the", "cat"],
  );
  const index = searchIndexOf(all);
  const scoring = bm25Scoring(index, index.scoring);
  const asked: number[] = [];
  const watched: Scoring = {
    weigh: (terms) => scoring.weigh(terms),
    part: (count, document) => {
      asked.push(document);
      return scoring.part(count, document);
    },
  };
  const hits = new IndexSearcher(index, watched).search(["the", "rare"], 2);
  expect(hits.map(({ document }) => document)).toEqual([10, 500]);
  expect(asked).toEqual([10, 500, 900, 10, 500, 900]);
});

it("explains a score by the terms of the query that the document holds", () => {
  const index = searchIndexOf([["猫", "cat", "cat"], ["cat"], ["dog"]]);
  const searcher = new IndexSearcher(index, bm25Scoring(index, index.scoring));
  expect(searcher.explain(["cat", "猫", "cat", "dog", "nothing"], 0)).toMatchObject([
    // By what a document can have of them at most: ln(1 + 2.5 / 1.5) = 0.98, 2 ln(1 + 1.5 / 2.5) = 0.94.
    { term: "猫", inQuery: 1, count: 1, documents: 1 },
    { term: "cat", inQuery: 2, count: 2, documents: 2 },
  ]);
  expect(searcher.explain(["dog"], 0)).toEqual([]);
  expect(searcher.search(["nothing"], 5)).toEqual([]);
});

it("finds nothing among documents without words", () => {
  const index = searchIndexOf([[], []]);
  expect(new IndexSearcher(index, bm25Scoring(index, index.scoring)).search(["a"], 5)).toEqual([]);
});

it("keeps the best documents, equal ones by number, in any order of offers", () => {
  const offers = fc.array(fc.tuple(fc.nat({ max: 99 }), fc.nat({ max: 5 })), { maxLength: 80 });
  fc.assert(
    fc.property(offers, fc.integer({ min: 1, max: 12 }), (pairs, k) => {
      const different = [...new Map(pairs)];
      const top = new TopDocuments(k);
      for (const [document, score] of different) top.offer(document, score);
      const sorted = different
        .map(([document, score]) => ({ document, score }))
        .sort((a, b) => b.score - a.score || a.document - b.document)
        .slice(0, k);
      expect(top.best()).toEqual(sorted);
      expect(top.least).toBe(different.length < k ? Number.NEGATIVE_INFINITY : sorted.at(-1)!.score);
    }),
    { seed: 6 },
  );
});
