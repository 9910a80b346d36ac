import fc from "fast-check";
import { expect, it } from "vitest";
import { wholeRun } from "../../dist/cli/wholeRun.js";
import type { Progress } from "../../dist/pipelines/index.js";
import { caseCount } from "../support/shortOrLong.js";

const plan = [
  { id: "source", passes: 1 },
  { id: "windows", passes: 5 },
  { id: "glove", passes: 10 },
];
const at = (step: string, share: number | undefined) => ({ step, share }) as Progress;

it("counts a step that has not begun as long for each pass as those that were measured", () => {
  const whole = wholeRun(plan);
  expect(whole(at("source", 0), 0)).toEqual({ share: 0, secondsLeft: undefined });
  // half of one pass in 1 s: 2 s a pass, 1 + 5 * 2 + 10 * 2 left of 32
  expect(whole(at("source", 0.5), 1000)).toEqual({ share: 1 / 32, secondsLeft: 31 });
  whole(at("source", 1), 2000);
  whole(at("windows", 0), 2000);
  // a fifth of five passes in 8 s: 40 s in all, so that six passes took 42, and each of ten is thought to take 7
  const { share, secondsLeft } = whole(at("windows", 0.2), 10_000);
  expect(share).toBeCloseTo(10 / 112, 10);
  expect(secondsLeft).toBeCloseTo(32 + 70, 10);
});

it("begins where an interrupted run goes on, and does not take what others did for speed of its own", () => {
  const whole = wholeRun(plan);
  expect(whole(at("windows", 0.6), 0)).toEqual({ share: 4 / 16, secondsLeft: undefined }); // 1 + 0.6 * 5 passes of 16
  expect(whole(at("windows", 0.8), 10_000).secondsLeft).toBeCloseTo(10 + 100, 10); // 10 s a pass
});

it("does not take the time before a step's first progress for its speed", () => {
  const whole = wholeRun(plan);
  whole(at("windows", 0), 0);
  whole(at("windows", 0), 8000); // the text is being laid out
  // a tenth of five passes in 2 s: 20 s in all, 4 a pass; 18 are left, and ten passes
  expect(whole(at("windows", 0.1), 10_000).secondsLeft).toBeCloseTo(18 + 40, 10);
});

it("goes on evenly where a step takes longer than was thought", () => {
  const whole = wholeRun([plan[0]!, plan[1]!]);
  whole(at("source", 0), 0);
  expect(whole(at("source", 1), 1000).share).toBeCloseTo(1 / 6, 10); // 1 s a pass, five more to come
  whole(at("windows", 0), 1000);
  // 100 s in all instead of 5: the five sixths of the bar that are left stand for them
  expect(whole(at("windows", 0.1), 11_000).share).toBeCloseTo(1 / 6 + 5 / 60, 10);
  expect(whole(at("windows", 0.2), 21_000).share).toBeCloseTo(1 / 6 + 10 / 60, 10);
});

it("knows no share where nobody knows how much there is to read, and one behind it", () => {
  const whole = wholeRun(plan);
  whole(at("source", undefined), 0);
  expect(whole(at("source", undefined), 3000)).toEqual({ share: undefined, secondsLeft: undefined });
  expect(whole(at("windows", 0), 3000)).toEqual({ share: 3 / 48, secondsLeft: 45 }); // 3 s for one pass, 15 to come
});

it("never goes back, and ends at 1", () => {
  const steps = fc.array(fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.nat(10_000)), { maxLength: 8 });
  fc.assert(
    fc.property(fc.tuple(steps, steps, steps), (reports) => {
      const whole = wholeRun(plan);
      let [now, before] = [0, 0];
      for (const [k, { id }] of plan.entries()) {
        const shares = [...reports[k]!].sort(([a], [b]) => a - b);
        for (const [done, time] of [...shares, [1, 5] as const]) {
          now += time;
          const { share } = whole(at(id, done), now);
          expect(share).toBeGreaterThanOrEqual(before);
          before = share!;
        }
      }
      expect(before).toBe(1);
    }),
    { seed: 1, numRuns: caseCount(200) },
  );
});
