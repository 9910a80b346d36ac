import { drawNoise, makeNoiseTable, makeOutputRows, negativeSampling, randomStream } from "lexstream/kernels";
import { expect, it } from "vitest";

/** The probability that each word is drawn, added up over the columns of the table. */
function distributionOf(counts: Float64Array, exponent: number): number[] {
  const { keep, alias } = makeNoiseTable(counts, exponent);
  const shares = new Array<number>(counts.length).fill(0);
  keep.forEach((threshold, column) => {
    const kept = threshold / 2 ** 32;
    shares[column]! += kept / counts.length;
    shares[alias[column]!]! += (1 - kept) / counts.length;
  });
  return shares;
}

it("holds count^0.75, normalised, to the 32 bits of a threshold", () => {
  const counts = Float64Array.of(10_000, 256, 81, 16, 1, 0);
  const powers = [1000, 64, 27, 8, 1, 0]; // 10^4, 4^4, 3^4, 2^4, 1 to the power 3/4
  distributionOf(counts, 0.75).forEach((share, word) => {
    expect(share).toBeCloseTo(powers[word]! / 1100, 8); // six columns, each off by at most 2^-32 / 6
  });
});

it("is uniform at exponent 0 and the unigram distribution at 1", () => {
  const counts = Float64Array.of(5, 3, 2);
  distributionOf(counts, 0).forEach((share) => {
    expect(share).toBeCloseTo(1 / 3, 8);
  });
  expect(distributionOf(counts, 1)[0]).toBeCloseTo(0.5, 8);
});

it("draws words as often as the table says", () => {
  const table = makeNoiseTable(Float64Array.of(10_000, 256, 81, 16, 1), 0.75);
  const stream = randomStream(1, "noise");
  const seen = [0, 0, 0, 0, 0];
  for (let i = 0; i < 110_000; i++) seen[drawNoise(table, stream, i)]!++;
  // expected 100,000, 6,400, 2,700, 800, 100; four standard deviations of a binomial count
  [100_000, 6_400, 2_700, 800, 100].forEach((expected, word) => {
    const deviation = Math.sqrt(expected * (1 - expected / 110_000));
    expect(Math.abs(seen[word]! - expected)).toBeLessThan(4 * deviation);
  });
});

const rowsOf = (counts: number[], centre: number, position: number, share = 1) => {
  const layer = negativeSampling(Float64Array.from(counts), { negative: 5, exponent: 0.75, seed: 1, share });
  const rows = makeOutputRows(layer.capacity);
  layer.fill(rows, centre, 0, position);
  return [...rows.rows.subarray(0, rows.length)];
};

it("draws words that differ from the centre and from each other", () => {
  for (let position = 0; position < 200; position++) {
    const [centre, ...noise] = rowsOf([9, 8, 7, 6, 5, 4, 3], 0, position);
    expect(centre).toBe(0);
    expect(noise).toHaveLength(5);
    expect(new Set([0, ...noise]).size).toBe(6);
  }
});

it("goes with fewer words where the vocabulary is too small", () => {
  expect(rowsOf([9, 8, 7], 1, 0).sort()).toEqual([0, 1, 2]);
  expect(rowsOf([9], 0, 0)).toEqual([0]);
});

it("gives neighbouring centres that share their noise the same words", () => {
  const counts = Array.from({ length: 1000 }, () => 1);
  const noise = (position: number) => rowsOf(counts, 999, position, 4).slice(1);
  expect(noise(5)).toEqual(noise(4));
  expect(noise(7)).toEqual(noise(4));
  expect(noise(8)).not.toEqual(noise(4));
});
