import { expect, it } from "vitest";
import { ExactSum } from "#kernels";

it("adds up beyond 2^53, where a number would round", () => {
  const sum = new ExactSum();
  for (const amount of [2 ** 53 - 1, 2 ** 53 - 1, 1, 2 ** 52, 3]) sum.add(amount);
  expect(sum.total).toBe(2n ** 54n + 2n ** 52n + 2n);
});
