import { expect, it } from "vitest";
import { type AliasTable, drawNoise, makeNoiseTable, makeOutputRows, negativeSampling, randomStream } from "#kernels";

/** The probability that each column is drawn, added up over the columns of a table. */
function probabilities({ keep, alias }: AliasTable, first = 0): number[] {
  const shares = new Array<number>(keep.length).fill(0);
  keep.forEach((threshold, column) => {
    const kept = threshold / 2 ** 32;
    shares[column]! += kept / keep.length;
    shares[alias[column]! - first]! += (1 - kept) / keep.length;
  });
  return shares;
}

/** The probability that each word is drawn: of its block, times its own within the block. */
function distributionOf(counts: Float64Array, exponent: number): number[] {
  const { blocks, words } = makeNoiseTable(counts, exponent);
  return probabilities(blocks).flatMap((ofBlock, block) => {
    const [from, to] = [8 * block, 8 * block + 8];
    const inBlock = { keep: words.keep.subarray(from, to), alias: words.alias.subarray(from, to) };
    return probabilities(inBlock, from).map((inside) => ofBlock * inside);
  });
}

it("holds count^0.75, normalised, to the 32 bits of a threshold", () => {
  const counts = Float64Array.of(10_000, 256, 81, 16, 1, 0);
  const powers = [1000, 64, 27, 8, 1, 0]; // 10^4, 4^4, 3^4, 2^4, 1 to the power 3/4
  distributionOf(counts, 0.75).forEach((share, word) => {
    expect(share).toBeCloseTo(powers[word]! / 1100, 8); // six columns, each off by at most 2^-32 / 6
  });
});

it("is uniform at exponent 0 and the unigram distribution at 1, also over several blocks", () => {
  const counts = Float64Array.from({ length: 21 }, (_, id) => 21 - id); // 231 in all
  distributionOf(counts, 0).forEach((share) => {
    expect(share).toBeCloseTo(1 / 21, 8);
  });
  distributionOf(counts, 1).forEach((share, id) => {
    expect(share).toBeCloseTo((21 - id) / 231, 8);
  });
});

it("draws words as often as the table says", () => {
  const table = makeNoiseTable(Float64Array.of(10_000, 256, 81, 16, 1), 0.75);
  const stream = randomStream(1, "noise");
  const seen = [0, 0, 0, 0, 0];
  for (let i = 0; i < 110_000; i++) seen[drawNoise(table, stream, i, i)]!++;
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

it("draws the words of neighbouring centres from the same blocks", () => {
  const counts = Array.from({ length: 10_000 }, () => 1);
  const blocks = (position: number) =>
    rowsOf(counts, 9999, position, 4)
      .slice(1)
      .map((id) => id >> 3);
  expect(blocks(5)).toEqual(blocks(4));
  expect(blocks(7)).toEqual(blocks(4));
  expect(blocks(8)).not.toEqual(blocks(4));
  expect(rowsOf(counts, 9999, 5, 4)).not.toEqual(rowsOf(counts, 9999, 4, 4));
});
