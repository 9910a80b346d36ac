import { expect, it } from "vitest";
import { nnlm } from "#models";
import { batches, learned, small } from "../../support/twoTermsBack.js";

it.each([1, 2, 3])("learns what two terms back decide, and not with one, seed %i", async (seed) => {
  const options = { ...small, hiddenSize: 12, seed };
  const two = await learned(nnlm({ ...options, contextSize: 2 }), batches(12));
  const one = await learned(nnlm({ ...options, contextSize: 1, direct: true }), batches(12));
  expect(two.losses.at(-1)).toBeLessThan(0.5);
  expect(one.losses.at(-1)).toBeGreaterThan(0.52);
});
