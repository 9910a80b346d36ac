import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { type PairedScores, pairedBootstrap, pearson, ranks, resampledShare, resampledSpearman } from "#kernels";

const reference = JSON.parse(readFileSync("test/reference/bootstrap.json", "utf8"));
const { people, cosines, right, seed, draws } = reference;

/** The numbers that SciPy and NumPy give, to rounding. */
function expectClose(found: PairedScores, expected: PairedScores): void {
  for (const side of ["a", "b", "difference"] as const)
    for (const what of ["score", "low", "high"] as const)
      expect(found[side][what], `${side} ${what}`).toBeCloseTo(expected[side][what], 12);
}

describe("pairedBootstrap", () => {
  it("gives the intervals of SciPy's spearmanr and NumPy's percentile, ties and all", () => {
    const [a, b] = [resampledSpearman(cosines.a, people), resampledSpearman(cosines.b, people)];
    const found = pairedBootstrap(people.length, a, b, { seed, draws });
    expectClose(found, reference.spearman);
    expect(found).toMatchObject({ draws, unscored: 0, difference: { excludesZero: true } });
  });

  it("gives those of shares of right answers, and says where 0 lies inside", () => {
    const found = pairedBootstrap(people.length, resampledShare(right.a), resampledShare(right.b), { seed, draws });
    expectClose(found, reference.share);
    expect(found.difference.excludesZero).toBe(false);
  });

  it("finds no difference between a model and itself, and the opposite one where the two change places", () => {
    const [a, b] = [resampledSpearman(cosines.a, people), resampledSpearman(cosines.b, people)];
    const options = { draws: 200 };
    const same = pairedBootstrap(people.length, a, a, options).difference;
    expect(same).toEqual({ score: 0, low: 0, high: 0, excludesZero: false });
    const [there, back] = [
      pairedBootstrap(people.length, a, b, options),
      pairedBootstrap(people.length, b, a, options),
    ];
    expect(back.a).toEqual(there.b);
    expect(back.difference.low).toBeCloseTo(-there.difference.high, 12);
    expect(back.difference.excludesZero).toBe(there.difference.excludesZero);
  });

  it("counts the resamples without a score, which are those of one pair alone", () => {
    // of two pairs, one is drawn twice in half of the resamples
    const score = resampledSpearman([1, 2], [1, 2]);
    const { a, unscored } = pairedBootstrap(2, score, score, { draws: 1000 });
    expect(a).toEqual({ score: 1, low: 1, high: 1 });
    expect(unscored).toBeGreaterThan(450);
    expect(unscored).toBeLessThan(550);
  });

  it.each([0, 1])("has neither score nor interval for %d pairs", (items) => {
    const score = resampledSpearman(Array(items).fill(1), Array(items).fill(1));
    const { a, difference } = pairedBootstrap(items, score, score, { draws: 10 });
    expect(a).toEqual({ score: Number.NaN, low: Number.NaN, high: Number.NaN });
    expect(difference.excludesZero).toBe(false);
  });
});

it("resampledSpearman is the correlation of the ranks of the items that were drawn", () => {
  const counts = Uint32Array.from(people, (_, item) => (item * 7) % 4);
  const drawn = (values: readonly number[]) => values.flatMap((value, item) => Array(counts[item]!).fill(value));
  const expected = pearson(ranks(drawn(cosines.a)), ranks(drawn(people)));
  expect(resampledSpearman(cosines.a, people)(counts)).toBeCloseTo(expected, 12);
});
