import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { SpaceSaving } from "#kernels";
import { caseCount } from "../../support/shortOrLong.js";

function count(summary: SpaceSaving, term: string): void {
  const slot = summary.slotOf(term);
  if (slot === undefined) summary.admit(term);
  else summary.counts[slot]!++;
}

const counted = (summary: SpaceSaving) =>
  Array.from({ length: summary.size }, (_, slot) => [summary.term(slot), summary.counts[slot], summary.errors[slot]]);

describe("SpaceSaving", () => {
  it("gives the smallest counter, and its count, to a term without one", () => {
    const summary = new SpaceSaving(2);
    for (const term of ["a", "a", "猫", "b", "b"]) count(summary, term);
    // a 2, 猫 1; b takes over 猫's counter: 1 + 1, of which 1 may be 猫's; then 3
    expect(counted(summary)).toEqual([
      ["a", 2, 0],
      ["b", 3, 1],
    ]);
    expect(summary.least).toBe(2);
    count(summary, "猫");
    expect(counted(summary)).toEqual([
      ["猫", 3, 2],
      ["b", 3, 1],
    ]);
  });

  it("takes the first of equal counters", () => {
    const summary = new SpaceSaving(3);
    for (const term of ["a", "猫", "b", "c", "d"]) count(summary, term);
    expect(counted(summary).map(([term]) => term)).toEqual(["c", "d", "b"]);
  });

  const word = fc.constantFrom(..."aaaabbbccdefgh猫狗");

  it("bounds how often every term occurred, also when the past fades", () => {
    const step = fc.oneof({ weight: 12, arbitrary: word }, { weight: 1, arbitrary: fc.constant("fade") });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), fc.integer({ min: 1, max: 6 }), (steps, capacity) => {
        const summary = new SpaceSaving(capacity);
        const exact = new Map<string, number>();
        for (const term of steps) {
          if (term === "fade") {
            summary.scale(0.5); // exact, as long as no more than 50 times
            for (const [each, f] of exact) exact.set(each, f / 2);
          } else {
            count(summary, term);
            exact.set(term, (exact.get(term) ?? 0) + 1);
          }
        }
        const tokens = [...exact.values()].reduce((sum, f) => sum + f, 0);
        expect(summary.counts.reduce((sum, each) => sum + each, 0)).toBe(tokens);
        expect(summary.least).toBeLessThanOrEqual(tokens / capacity);
        for (const [term, f] of exact) {
          const slot = summary.slotOf(term);
          if (slot === undefined) expect(f).toBeLessThanOrEqual(summary.least);
          else {
            expect(f).toBeGreaterThanOrEqual(summary.guaranteed(slot));
            expect(f).toBeLessThanOrEqual(summary.counts[slot]!);
            expect(summary.errors[slot]).toBeLessThanOrEqual(summary.least);
          }
        }
      }),
      { seed: 1, numRuns: caseCount(300) },
    );
  });

  it("goes on from its state as if it had never stopped", () => {
    fc.assert(
      fc.property(fc.array(word, { maxLength: 80 }), fc.nat({ max: 80 }), (terms, stop) => {
        const whole = new SpaceSaving(4);
        for (const term of terms) count(whole, term);
        const before = new SpaceSaving(4);
        for (const term of terms.slice(0, stop)) count(before, term);
        const after = new SpaceSaving(4);
        after.restore(before.save());
        for (const term of terms.slice(stop)) count(after, term);
        expect(counted(after)).toEqual(counted(whole));
      }),
      { seed: 2, numRuns: caseCount(200) },
    );
  });
});
