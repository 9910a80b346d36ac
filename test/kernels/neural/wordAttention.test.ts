import { expect, it } from "vitest";
import { neural } from "#kernels";

it("brings pieces together: sums over those that are looked at, means over those that look", () => {
  // Places: un | ##do | cat; the first two are a word.
  const weights = [
    [0.2, 0.3, 0.5],
    [0.4, 0.4, 0.2],
    [0.1, 0.2, 0.7],
  ].flat();
  const found = [...neural.attentionOfWords(weights, [0, 2])];
  // (0.2 + 0.3 + 0.4 + 0.4) / 2, (0.5 + 0.2) / 2; 0.1 + 0.2, 0.7
  expect(found).toEqual([0.65, 0.35, 0.3, 0.7].map((value) => expect.closeTo(value, 12)));
});

it("takes the mean of heads", () => {
  expect([...neural.meanOfHeads([Float32Array.of(1, 0), Float32Array.of(0.5, 0.5)])]).toEqual([0.75, 0.25]);
});
