import fc from "fast-check";
import { expect, it } from "vitest";
import { LabelSpace, labelSize } from "#kernels";
import { caseCount } from "../../support/shortOrLong.js";

it("gives no place twice, and none outside", () => {
  const label = fc.tuple(fc.nat(300), fc.nat(200), fc.integer({ min: 1, max: 60 }), fc.integer({ min: 1, max: 20 }));
  fc.assert(
    fc.property(fc.array(label, { maxLength: 40 }), (labels) => {
      const space = new LabelSpace(300, 200);
      const taken = labels.filter(([left, top, width, height]) => space.take(left, top, width, height));
      for (const [k, [left, top, width, height]] of taken.entries()) {
        expect(left + width).toBeLessThanOrEqual(300);
        expect(top + height).toBeLessThanOrEqual(200);
        for (const [left2, top2, width2, height2] of taken.slice(k + 1))
          expect(left + width <= left2 || left2 + width2 <= left || top + height <= top2 || top2 + height2 <= top).toBe(
            true,
          );
      }
    }),
    { seed: 3, numRuns: caseCount(100) },
  );
});

it("refuses what was taken, and takes what lies beside it", () => {
  const space = new LabelSpace(100, 100);
  expect([space.take(0, 0, 40, 10), space.take(20, 4, 40, 10), space.take(48, 0, 40, 10)]).toEqual([true, false, true]);
});

it("writes the first largest and the last smallest", () => {
  expect([0, 9, 99].map((place) => labelSize(place, 100))).toEqual([18, 15, 11]);
  expect(labelSize(0, 1)).toBe(18);
});
