import { describe, expect, it } from "vitest";
import { bestThreshold, crossValidated, majorityScore, scoreByThreshold } from "#kernels";

const pairs = (answers: string, ...cosines: number[]) => ({
  cosines,
  isSame: [...answers].map((each) => each === "T"),
});

describe("bestThreshold", () => {
  it("has most pairs right, in the middle between two cosines", () => {
    // above 0.5: F at 0.2 and T at 0.7, 0.9 are right, T at 0.3 is wrong
    expect(bestThreshold(pairs("TFTT", 0.7, 0.2, 0.9, 0.3))).toBe(0.25); // all but none wrong: 0.2 | 0.3
    expect(bestThreshold(pairs("TFFT", 0.75, 0.25, 0.5, 1))).toBe(0.625);
  });

  it("is the lowest of equally good ones, below all where no pair is better told apart, and at the highest for none", () => {
    expect(bestThreshold(pairs("FTFT", 0.1, 0.3, 0.5, 0.7))).toBe(0.2); // as good as 0.6
    expect(bestThreshold(pairs("TTF", 0.5, 0.6, 0.7))).toBeLessThan(0.5);
    expect(bestThreshold(pairs("FFT", 0.7, 0.6, 0.5))).toBe(0.7);
  });

  it("never lies between equal cosines, and passes over pairs without", () => {
    expect(bestThreshold(pairs("FTTFF", 1, 1, 1, 0.5, Number.NaN))).toBe(0.75);
    expect(Number.isFinite(bestThreshold(pairs("T", Number.NaN)))).toBe(true);
  });
});

describe("pairs of words in context", () => {
  it("are judged by what is best on others, and those without vectors have the more frequent answer there", () => {
    const learned = pairs("TTTF", 0.9, 0.8, 0.7, 0.5); // threshold 0.6, T more frequent
    const score = scoreByThreshold(pairs("TFFT", 0.65, 0.61, 0.2, Number.NaN), learned);
    expect(score.threshold).toBeCloseTo(0.6, 12);
    expect(score).toMatchObject({ accuracy: 0.75, withoutVectors: 1 });
    expect(score.standardError).toBeCloseTo(Math.sqrt((0.75 * 0.25) / 4), 12);
    expect(majorityScore([true, false, false], learned.isSame).accuracy).toBeCloseTo(1 / 3, 12);
  });

  it("are judged by the other nine tenths where there are no others", () => {
    // 20 pairs told apart at 0.5, but for the first, which is judged by those that tell it wrong
    const isSame = Array.from({ length: 20 }, (_, k) => k % 2 === 0);
    const cosines = isSame.map((same, k) => (k === 0 ? 0.1 : same ? 0.8 : 0.2));
    const score = crossValidated({ cosines, isSame });
    expect(score).toMatchObject({ accuracy: 0.95, withoutVectors: 0 });
    expect(score).not.toHaveProperty("threshold");
  });
});
