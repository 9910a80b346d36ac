import { expect, it } from "vitest";
import { neural } from "#kernels";

const { logUniformCandidates } = neural;

it("draws different terms, the same in the same step and others in the next", () => {
  const { ids } = logUniformCandidates(50, 20, 7, 3);
  expect(new Set(ids).size).toBe(20);
  expect(Math.max(...ids)).toBeLessThan(50);
  expect(Math.min(...ids)).toBeGreaterThanOrEqual(0);
  expect(logUniformCandidates(50, 20, 7, 3).ids).toEqual(ids);
  expect(logUniformCandidates(50, 20, 7, 4).ids).not.toEqual(ids);
});

it("draws one term with probability ln((k + 2) / (k + 1)) / ln(V + 1), and says so", () => {
  // V = 3: ln 2 / ln 4 = 1/2 for the first, ln(3/2) / ln 4 = 0.2925 and ln(4/3) / ln 4 = 0.2075 for the others.
  const counts = [0, 0, 0];
  for (let step = 0; step < 20_000; step++) counts[logUniformCandidates(3, 1, 1, step).ids[0]!]!++;
  const p = [0.5, 0.2925, 0.2075];
  for (const [term, share] of p.entries()) {
    expect(Math.abs(counts[term]! / 20_000 - share)).toBeLessThan(0.0142); // four standard errors of one half
    expect(Math.exp(logUniformCandidates(3, 1, 1, 0).logExpected(term))).toBeCloseTo(share, 4);
  }
});

it("expects about as many candidates as there are", () => {
  const { logExpected } = logUniformCandidates(1000, 100, 1, 1);
  const expected = Array.from({ length: 1000 }, (_, term) => Math.exp(logExpected(term))).reduce((a, b) => a + b);
  expect(Math.abs(expected - 100)).toBeLessThan(15);
});

it("refuses as many candidates as terms", () => {
  expect(() => logUniformCandidates(10, 10, 1, 1)).toThrow(
    new RangeError("sampledSoftmax: candidates must be an integer in 1..9 (terms - 1), got 10"),
  );
});
