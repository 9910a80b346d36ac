import { describe, expect, it } from "vitest";
import { bestTrial, nextPoint, placeOf, type SearchedParameter, type SearchTrial, valueAt } from "#kernels";

const rate = { name: "rate", from: 0.01, to: 1, scale: "log", isInteger: false } as const;
const epochs = { name: "epochs", from: 1, to: 100, scale: "log", isInteger: true } as const;
const share = { name: "share", from: 0, to: 2, scale: "linear", isInteger: false } as const;
const mode = { name: "mode", values: ["none", "some", "all"] } as const;
const parameters: readonly SearchedParameter[] = [rate, epochs, share, mode];
const start = { rate: 0.5, epochs: 5, share: 0, mode: "none" };

/** All trials of a search for the largest value of a function. */
function search(scoreOf: (point: SearchTrial["point"]) => number | undefined, trials: number, seed = 1): SearchTrial[] {
  const tried: SearchTrial[] = [{ point: start, score: scoreOf(start) }];
  while (tried.length < trials) {
    const point = nextPoint(parameters, tried, { seed, trials })!;
    tried.push({ point, score: scoreOf(point) });
  }
  return tried;
}

/** Largest, 0, at a rate of 0.1, 20 epochs, a share of 1.5 and mode "some". */
const hill = (point: SearchTrial["point"]): number =>
  -((placeOf(rate, point.rate as number) - 0.5) ** 2) -
  (placeOf(epochs, point.epochs as number) - placeOf(epochs, 20)) ** 2 -
  (placeOf(share, point.share as number) - 0.75) ** 2 -
  (point.mode === "some" ? 0 : 0.1);

describe("the place of a value", () => {
  it("goes evenly, or by the logarithm", () => {
    expect(valueAt(share, 0.75)).toBe(1.5); // 0 + 0.75 (2 - 0)
    expect(valueAt(rate, 0.5)).toBe(0.1); // sqrt(0.01 x 1)
    expect(placeOf(rate, 0.1)).toBeCloseTo(0.5, 12);
    expect(placeOf(share, 0.5)).toBe(0.25);
  });

  it("is a whole number where one is wanted, else one of three digits", () => {
    expect(valueAt(epochs, 0.25)).toBe(3); // 100^0.25 = 3.162
    expect(valueAt(rate, 0.25)).toBe(0.0316); // 0.01 x 100^0.25 = 0.03162
  });

  it("has both ends of the range, and the nearer end of what lies beyond", () => {
    for (const each of [rate, epochs, share]) {
      expect([valueAt(each, 0), valueAt(each, 1)]).toEqual([each.from, each.to]);
      expect([placeOf(each, each.from), placeOf(each, 1000)]).toEqual([0, 1]);
    }
  });
});

describe("a search", () => {
  it("finds the largest value of a function that is known, nearer than draws of the whole space do", () => {
    const seeds = Array.from({ length: 20 }, (_, k) => k + 1);
    const meanOf = (found: readonly number[]) => found.reduce((sum, each) => sum + each, 0) / found.length;
    const searched = seeds.map((seed) => bestTrial(search(hill, 40, seed))!.score!);
    const even = seeds.map((seed) => {
      const tried: SearchTrial[] = [{ point: start, score: hill(start) }];
      for (let k = 1; k < 40; k++) {
        const point = nextPoint(parameters, tried, { seed, trials: 1e6 })!; // the first quarter never ends
        tried.push({ point, score: hill(point) });
      }
      return bestTrial(tried)!.score!;
    });
    expect(meanOf(searched)).toBeGreaterThan(-0.02);
    expect(meanOf(searched)).toBeGreaterThan(meanOf(even) / 2);
    expect(hill(start)).toBeLessThan(-0.8);
  });

  it("has the same trials again, and others with another seed", () => {
    expect(search(hill, 30)).toEqual(search(hill, 30));
    expect(search(hill, 30, 2)).not.toEqual(search(hill, 30));
  });

  it("stays within the ranges and values", () => {
    for (const { point } of search(hill, 200).slice(1)) {
      expect(point.rate).toBeGreaterThanOrEqual(0.01);
      expect(point.rate).toBeLessThanOrEqual(1);
      expect(Number.isInteger(point.epochs)).toBe(true);
      expect(mode.values).toContain(point.mode);
    }
  });

  it("tries no point twice, and ends where all were tried", () => {
    const small: SearchedParameter[] = [{ name: "mode", values: mode.values }];
    const tried: SearchTrial[] = [{ point: { mode: "none" }, score: 1 }];
    for (let point = nextPoint(small, tried, { seed: 1, trials: 9 }); point; ) {
      tried.push({ point, score: 0 });
      point = nextPoint(small, tried, { seed: 1, trials: 9 });
    }
    expect(tried.map(({ point }) => point.mode).sort()).toEqual(["all", "none", "some"]);
  });

  it("goes on behind trials that failed, also the first", () => {
    const tried = search((point) => (point.mode === "some" ? hill(point) : undefined), 30);
    expect(bestTrial(tried)!.point.mode).toBe("some");
    expect(search(() => undefined, 8).map(({ score }) => score)).toEqual(Array(8).fill(undefined));
  });

  it("may begin at a parameter without a value, which can stay so", () => {
    const tried = [{ point: { rate: undefined }, score: 1 }];
    const points = Array.from({ length: 30 }, (_, seed) => nextPoint([rate, mode], tried, { seed, trials: 2 })!);
    expect(points.some((point) => point.rate === undefined)).toBe(true);
    expect(points.some((point) => typeof point.rate === "number")).toBe(true);
  });
});

it("takes the earliest of equal trials for the best", () => {
  const trials = [undefined, 2, 3, 3].map((score, k) => ({ point: { k }, score }));
  expect(bestTrial(trials)!.point).toEqual({ k: 2 });
  expect(bestTrial(trials.slice(0, 1))).toBeUndefined();
});
