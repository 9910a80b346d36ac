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
