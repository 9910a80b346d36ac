import { expect, it } from "vitest";
import { averagePrecision, ndcg, scoreRetrieval } from "#kernels";

const gains = (of: Readonly<Record<string, number>>) => new Map(Object.entries(of));

it("scores a ranking by hand", () => {
  // Relevant: a (gain 3), b (1), c (2). Found: x, a, y, c.
  const query = { ranked: ["x", "a", "y", "c"], gains: gains({ a: 3, b: 1, c: 2, x: 0 }) };
  // 1 of 2 at rank 2, 2 of 4 at rank 4, of 3 relevant ones.
  expect(averagePrecision(query)).toBeCloseTo((1 / 2 + 2 / 4) / 3, 12);
  // Ideal: a c b.
  const ideal = 3 / Math.log2(2) + 2 / Math.log2(3) + 1 / Math.log2(4);
  expect(ndcg(query, 10)).toBeCloseTo((3 / Math.log2(3) + 2 / Math.log2(5)) / ideal, 12);
  expect(ndcg(query, 2)).toBeCloseTo(3 / Math.log2(3) / (3 / Math.log2(2) + 2 / Math.log2(3)), 12);
  expect(scoreRetrieval([query], 2)).toMatchObject({
    queries: 1,
    meanReciprocalRank: 1 / 2,
    precisionAtK: 1 / 2,
    recallAtK: 1 / 3,
  });
});

it("takes the mean over queries with a relevant document; one that finds nothing counts 0", () => {
  const scores = scoreRetrieval(
    [
      { ranked: ["a"], gains: gains({ a: 1 }) },
      { ranked: [], gains: gains({ a: 1 }) },
      { ranked: ["a"], gains: gains({ a: -1 }) },
      { ranked: ["a"], gains: gains({}) },
    ],
    5,
  );
  expect(scores).toEqual({
    queries: 2,
    withoutRelevant: 2,
    withoutHits: 1,
    meanAveragePrecision: 1 / 2,
    meanReciprocalRank: 1 / 2,
    k: 5,
    ndcgAtK: 1 / 2,
    precisionAtK: 1 / 10, // 1 of 5 places, and 0 of 5
    recallAtK: 1 / 2,
  });
});

it("gives a perfect ranking 1", () => {
  const query = { ranked: ["c", "猫", "a"], gains: gains({ a: 1, 猫: 2, c: 4, d: 0, e: -1 }) };
  expect(scoreRetrieval([query], 3)).toMatchObject({
    meanAveragePrecision: 1,
    ndcgAtK: 1,
    precisionAtK: 1,
    recallAtK: 1,
  });
});

it("has no queries to score where nothing is relevant", () => {
  expect(scoreRetrieval([], 3)).toMatchObject({ queries: 0, meanAveragePrecision: 0, ndcgAtK: 0 });
});
