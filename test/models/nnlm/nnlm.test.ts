import { expect, it } from "vitest";
import { nnlm } from "#models";
import { seeds } from "../../support/shortOrLong.js";
import { batches, bytesOf, learned, small } from "../../support/twoTermsBack.js";

it.each(seeds)("learns what two terms back decide, and not with one, seed %i", async (seed) => {
  const options = { ...small, epochs: 16, hiddenSize: 12, seed };
  const two = await learned(nnlm({ ...options, contextSize: 2 }), batches(16));
  const one = await learned(nnlm({ ...options, contextSize: 1, direct: true }), batches(16));
  expect(two.losses.at(-1)).toBeLessThan(0.5);
  expect(one.losses.at(-1)).toBeGreaterThan(0.52);
});

it("learns from so many batches at most, and passes over what comes behind them", async () => {
  const options = { ...small, epochs: 3, maxSteps: 5 };
  const made = await learned(nnlm(options), batches(3)); // 8 batches in a pass
  expect(made.losses.map(Number.isNaN)).toEqual([
    false,
    false,
    false,
    false,
    false,
    ...made.losses.slice(5).map(() => true),
  ]);
  expect(JSON.parse(made.made.metadata.get("learned")!)).toMatchObject({ steps: 5, passes: 1 });
  const whole = await learned(nnlm({ ...options, epochs: 1, schedule: "constant" }), batches(1).slice(0, 5));
  const cut = await learned(nnlm({ ...options, schedule: "constant" }), batches(3));
  expect(bytesOf(cut.made)).toEqual(bytesOf(whole.made));
});
