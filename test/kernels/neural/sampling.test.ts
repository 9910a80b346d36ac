import { describe, expect, it } from "vitest";
import { mostProbable, probabilitiesOf, sampleId } from "../../../dist/kernels/neural/sampling.js";
import { randomStream } from "../../../dist/kernels/numbers/random.js";

/** ln of 1/2, 1/4, 1/8, 1/8. */
const logits = Float32Array.of(Math.log(1 / 2), Math.log(1 / 4), Math.log(1 / 8), Math.log(1 / 8));
const all = { temperature: 1, topK: 0, topP: 1 };

function shares(options: Parameters<typeof sampleId>[1], excluded: readonly number[] = []): number[] {
  const draws = randomStream(3, "test");
  const counts = [0, 0, 0, 0];
  const total = 20_000;
  for (let k = 0; k < total; k++) counts[sampleId(logits, options, draws, k, excluded)]!++;
  return counts.map((count) => count / total);
}

describe("probabilities", () => {
  it("are the softmax, however large the logits are", () => {
    expect([...probabilitiesOf(logits)].map((p) => p.toFixed(6))).toEqual([
      "0.500000",
      "0.250000",
      "0.125000",
      "0.125000",
    ]);
    expect([...probabilitiesOf([1000, 1000])]).toEqual([0.5, 0.5]);
  });

  it("are told in order, of equal ones the lower id first", () => {
    expect(mostProbable(Float64Array.of(0.1, 0.4, 0.1, 0.4), 3).map(({ id }) => id)).toEqual([1, 3, 0]);
  });
});

describe("a drawn id", () => {
  it.each([
    ["follows the probabilities", all, [], [0.5, 0.25, 0.125, 0.125]],
    [
      "is more often a sure one at a low temperature",
      { ...all, temperature: 0.5 },
      [],
      [16 / 22, 4 / 22, 1 / 22, 1 / 22],
    ],
    ["is one of the most probable", { ...all, topK: 2 }, [], [2 / 3, 1 / 3, 0, 0]],
    ["is one of those that together reach a share", { ...all, topP: 0.8 }, [], [4 / 7, 2 / 7, 1 / 7, 0]],
    ["is the most probable at temperature 0", { ...all, temperature: 0 }, [], [1, 0, 0, 0]],
    ["is none of those that are excluded", all, [0, 3], [0, 2 / 3, 1 / 3, 0]],
  ])("%s", (_, options, excluded, expected) => {
    const found = shares(options, excluded);
    expected.forEach((share, id) => {
      expect(Math.abs(found[id]! - share)).toBeLessThan(share === 0 ? 1e-9 : 0.015);
    });
  });

  it("depends on its number alone", () => {
    const draws = randomStream(3, "test");
    const later = sampleId(logits, all, draws, 17);
    for (let k = 0; k < 17; k++) sampleId(logits, all, draws, k);
    expect(sampleId(logits, all, draws, 17)).toBe(later);
  });
});
