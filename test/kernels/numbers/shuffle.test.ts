import { expect, it } from "vitest";
import { randomStream, shuffled } from "#kernels";

it("keeps every number once, and depends on the seed alone", () => {
  const order = shuffled(1000, randomStream(1, "test"));
  expect([...order].sort((a, b) => a - b)).toEqual(Array.from({ length: 1000 }, (_, i) => i));
  expect(shuffled(1000, randomStream(1, "test"))).toEqual(order);
  expect(shuffled(1000, randomStream(2, "test"))).not.toEqual(order);
});

it("puts every number in every place equally often", () => {
  const seen = Array.from({ length: 4 }, () => [0, 0, 0, 0]);
  for (let seed = 0; seed < 4000; seed++) {
    for (const [at, n] of shuffled(4, randomStream(seed, "test")).entries()) seen[at]![n]!++;
  }
  for (const count of seen.flat()) expect(Math.abs(count - 1000)).toBeLessThan(140); // five standard deviations of 27.4
});
