import { expect, it } from "vitest";
import { rarityRates } from "#kernels";

it("gives rare words the square of their idf, and 1 to the words of a text in the mean", () => {
  // N = 7: s(1) = ln 8 / ln 8 = 1, s(4) = ln 2 / ln 8 = 1/3; the mean of s^2 over 4 + 1 words is (4 / 9 + 1) / 5 = 13 / 45.
  const { rows, rest } = rarityRates(Float64Array.of(4, 1), 3, 7);
  expect(rows[0]).toBeCloseTo(5 / 13, 6); // (1 / 9) / (13 / 45)
  expect(rows[1]).toBeCloseTo(45 / 13, 6);
  expect((4 * rows[0]! + rows[1]!) / 5).toBeCloseTo(1, 6);
  expect(rest).toBeCloseTo(45 / 13 / 4, 6);
  // A term that was not counted is in every document: s = ln(8 / 7) / ln 8.
  expect(rows[2]).toBeCloseTo(((Math.log(8 / 7) / Math.log(8)) ** 2 * 45) / 13, 6);
});

it("gives buckets of long texts together the weight of ten words", () => {
  // N = 2 with 80 words: 40 a text. s(1) = 1, s(79) = s(2) = 1 - ln 2 / ln 3; each bucket has 10 / 40 of the rate of s = 1, as 1/2^2.
  const short = rarityRates(Float64Array.of(79, 1), 2, 2);
  expect(short.rest).toBeCloseTo(short.rows[1]! / 4, 6);
  const long = rarityRates(Float64Array.of(799, 1), 2, 2); // 400 words a text
  expect(long.rest).toBeCloseTo(long.rows[1]! / 40, 6);
});

it("lets all learn faster where labels have few texts, and slower where they have many", () => {
  const counts = Float64Array.of(100, 10, 5);
  const before = rarityRates(counts, 3, 10_000);
  for (const [labels, growth] of [
    [5, 1], // 2000 texts a label
    [20, 2], // 500
    [100, 2.5], // 100, where the root of 20 is more than there is
    [1, 0.4472], // 10,000: the root of 1/5
  ] as const) {
    const { rows, rest } = rarityRates(counts, 3, 10_000, labels);
    [...rows, rest].forEach((rate, i) => {
      expect(rate / [...before.rows, before.rest][i]!).toBeCloseTo(growth, 3);
    });
  }
});

it("stays finite where words are in every document", () => {
  const { rows, rest } = rarityRates(Float64Array.of(9, 5), 2, 2);
  expect([...rows, rest].every((rate) => Number.isFinite(rate) && rate > 0)).toBe(true);
});

it("lets nothing learn more than 20 times as fast, where every word is in nearly all documents, or none has come", () => {
  // N = 1000: s = ln(1001 / 1000) / ln 1001 = 1.4e-4 for the words that came; 1 for a row that no term has.
  const { rows, rest } = rarityRates(Float64Array.of(9000, 0), 2, 1000);
  expect(rows[0]).toBeLessThan(1e-6);
  expect([rows[1], rest]).toEqual([20, 5]);
  const nothing = rarityRates(new Float64Array(2), 2, 2);
  expect([...nothing.rows, nothing.rest].every(Number.isFinite)).toBe(true);
});
