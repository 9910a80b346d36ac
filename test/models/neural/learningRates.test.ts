import { describe, expect, it } from "vitest";
import type { SequenceBatch } from "#schemas";
import { LearningRates, type RateSettings } from "../../../dist/models/neural/learningRates.js";

const settings: RateSettings = {
  epochs: 4,
  learningRate: 1,
  minLearningRate: 0.1,
  schedule: "constant",
  warmup: 0,
  decayAfter: 2,
  decayBy: 0.5,
};
const at = (epoch: number, tokensBefore = 0, expectedTokens = 100) =>
  ({ epoch, tokensBefore, expectedTokens }) as SequenceBatch;

describe("the step size", () => {
  it.each([
    ["constant", [1, 1, 1, 1]],
    ["linear", [1, 0.775, 0.55, 0.325]],
    ["cosine", [1, 0.868198, 0.55, 0.231802]],
    ["steps", [1, 1, 0.5, 0.25]],
  ] as const)("falls as %s says, at the begin of each of four passes", (schedule, expected) => {
    const rates = new LearningRates({ ...settings, schedule });
    expected.forEach((rate, epoch) => {
      expect(rates.at(at(epoch), 1000)).toBeCloseTo(rate, 6);
    });
  });

  it("falls within a pass, and stays where the length of the text is not known", () => {
    const rates = new LearningRates({ ...settings, schedule: "linear" });
    expect(rates.at(at(3, 50), 1000)).toBeCloseTo(0.1 + 0.9 / 8, 6);
    expect(rates.at(at(0, 5000, 0), 1000)).toBe(1);
  });

  it("falls over the steps where there are at most so many, if the passes are longer", () => {
    const rates = new LearningRates({ ...settings, schedule: "linear", maxSteps: 10 });
    expect(rates.at(at(0), 5)).toBeCloseTo(0.55, 6);
    expect(rates.at(at(3), 5)).toBeCloseTo(0.325, 6); // the passes are further
    expect(rates.at(at(0), 20)).toBeCloseTo(0.1, 6);
  });

  it("rises over the first steps", () => {
    const rates = new LearningRates({ ...settings, warmup: 3 });
    expect([0, 1, 2, 3].map((step) => rates.at(at(0), step))).toEqual([0.25, 0.5, 0.75, 1]);
  });

  it("falls on a plateau, also after a restore, and never below the least", () => {
    let rates = new LearningRates({ ...settings, schedule: "plateau" });
    const seen = [5, 4, 3.9999, 3, 3.5, 3.5, 3.5].map((loss) => {
      rates.see(loss);
      const again = new LearningRates({ ...settings, schedule: "plateau" });
      again.restore(rates.save());
      rates = again;
      return rates.at(at(1), 0);
    });
    expect(seen).toEqual([1, 1, 0.5, 0.5, 0.25, 0.125, 0.1]);
  });
});
