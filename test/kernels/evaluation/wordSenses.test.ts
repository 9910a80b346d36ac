import { describe, expect, it } from "vitest";
import { mostFrequentSense, resampledMacroF1, SenseMeans } from "#kernels";

describe("senses of words", () => {
  it("are told by the nearest mean vector, whatever its length", () => {
    const means = new SenseMeans();
    expect(means.nearest(Float32Array.of(1, 0))).toBeUndefined();
    means.add(3, Float32Array.of(1, 0));
    means.add(3, Float32Array.of(0, 1)); // 45 degrees
    means.add(5, Float32Array.of(0, 9)); // 90 degrees
    const at = (degrees: number) =>
      Float32Array.of(Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180));
    expect([0, 60, 67, 68, 120].map((degrees) => means.nearest(at(degrees)))).toEqual([3, 3, 3, 5, 5]);
  });

  it("come most often, the first of equally frequent ones", () => {
    expect(mostFrequentSense([4, 2, 2, 4, 1])).toBe(4);
    expect(mostFrequentSense([4, 2, 2])).toBe(2);
  });

  it("have a mean F1 over the senses of each word, and over the words", () => {
    // word 0 has senses 0 and 1, word 1 has 2 and 3
    const told = { given: [0, 0, 1, 2, 3], told: [0, 1, 1, 2, 2], wordOf: [0, 0, 1, 1] };
    const macroF1 = resampledMacroF1(told);
    // sense 0: 2 x 1 / (2 + 1); sense 1: 2 x 1 / (1 + 2); sense 2: 2 x 1 / (1 + 2); sense 3: 0
    const all = (2 / 3 + (2 / 3 + 0) / 2) / 2;
    expect(macroF1(Uint32Array.of(1, 1, 1, 1, 1))).toBeCloseTo(all, 12);
    // without the second place all of word 0 is right; a sense that is not drawn, 3, counts nothing: sense 2 is 1
    expect(macroF1(Uint32Array.of(1, 0, 1, 1, 0))).toBeCloseTo(1, 12);
    // word 1 is not drawn: of word 0, sense 0 has 2 x 3 / (4 + 3), sense 1 has 2 x 1 / (1 + 2)
    expect(macroF1(Uint32Array.of(3, 1, 1, 0, 0))).toBeCloseTo((6 / 7 + 2 / 3) / 2, 12);
  });
});
