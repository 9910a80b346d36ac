import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { forEachWindow, pairsIn, WindowWeights } from "#kernels";
import type { ContextBatch } from "#schemas";
import { contextBatches, vocabularyOf } from "../../support/contextBatches.js";
import { caseCount } from "../../support/shortOrLong.js";

const weights = Float64Array.of(0, 60, 30, 20);

/** Pair by pair. */
function weightByHand(batch: ContextBatch, ofDistance: (distance: number) => number): number {
  let sum = 0;
  forEachWindow(batch, (centre, start, end) => {
    for (let context = start; context < end; context++)
      if (context !== centre) sum += ofDistance(Math.abs(context - centre));
  });
  return sum;
}

describe("WindowWeights", () => {
  it("weighs what the windows of any batches hold, and right ends the same over all of them", () => {
    const words = fc.array(fc.constantFrom("a", "猫", "b"), { maxLength: 9 });
    const sides = fc.constantFrom("both" as const, "left" as const, "right" as const);
    fc.assert(
      fc.property(
        fc.array(words, { maxLength: 6 }),
        fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1 }),
        sides,
        fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 1 }),
        (sentences, sizes, side, radii) => {
          const radius = (position: number) => radii[position % radii.length]!;
          const options = { windowSize: 3, side, sizes, radius };
          const batches = contextBatches(vocabularyOf(sentences), sentences, options);
          const windows = new WindowWeights(weights);
          let [byHand, byRightEnds] = [0n, 0n];
          for (const batch of batches) {
            const expected = weightByHand(batch, (distance) => weights[distance]!);
            expect(windows.ofCentres(batch)).toBe(BigInt(expected));
            expect(pairsIn(batch)).toBe(weightByHand(batch, () => 1));
            byHand += BigInt(expected);
            byRightEnds += windows.ofRightEnds(batch);
          }
          expect(byRightEnds).toBe(byHand);
        },
      ),
      { seed: 1, numRuns: caseCount(300) },
    );
  });
});
