import { expect, it } from "vitest";
import { emptySum, FEATURES, FIRST, KNOWN, WordSums } from "#kernels";

const WIDTH = 7; // with what is counted four numbers at a time, twice, and zeros up to the third

/** A word's numbers: word, word + 0.5, word + 1 ... */
const numbersOf = (word: number) => Array.from({ length: WIDTH }, (_, k) => word + k / 2);

/** A word has two features, of which one is known, but for those from 90 on: they have one, which is not. */
function fill(word: number, sum: Float64Array) {
  sum[FEATURES] = word < 90 ? 2 : 1;
  if (word >= 90) return;
  sum[KNOWN] = 1;
  sum.set(numbersOf(word), FIRST);
}

/** Gives each word its numbers, and tells which it was asked. */
function counting() {
  const asked: number[] = [];
  const sums = new WordSums(WIDTH, (word, sum) => {
    asked.push(word);
    fill(word, sum);
  });
  return { asked, sums };
}

const words = (...numbers: readonly number[]) => Int32Array.from(numbers);

it("adds what each word brings to what is there, and asks for it once", () => {
  const { asked, sums } = counting();
  const sum = emptySum(WIDTH);
  sum[FIRST] = 100;
  sums.addTo(sum, words(1, 5, 1));
  // 3 words of 2 features; 1 + 5 + 1, and three times k / 2; 100 that were there
  expect([...sum]).toEqual([6, 3, 107, 8.5, 10, 11.5, 13, 14.5, 16, 0, 0, 0]);
  sums.addTo(sum, words(5));
  expect([...sum.subarray(0, 4)]).toEqual([8, 4, 112, 14]);
  expect(asked).toEqual([1, 5]);
});

it("counts words of which nothing is known, which add nothing else", () => {
  const { asked, sums } = counting();
  const sum = emptySum(WIDTH);
  sums.addTo(sum, words(90, 91, 90));
  expect([...sum]).toEqual([3, ...new Array(sum.length - 1).fill(0)]);
  expect(asked).toEqual([90, 91]);
  sums.addTo(sum, words(90, 3));
  expect([...sum.subarray(0, 3)]).toEqual([6, 1, 3]);
});

it("asks again for a word that was forgotten, and leaves the others as they are", () => {
  const { asked, sums } = counting();
  const sum = emptySum(WIDTH);
  sums.addTo(sum, words(7, 80, 91, 81));
  expect(sum[FIRST]).toBe(168);
  sums.forget(80, 5000); // also words that never came
  sums.addTo(sum.fill(0), words(82, 7, 80));
  expect(sum[FIRST]).toBe(169);
  expect(asked).toEqual([7, 80, 91, 81, 82, 80]);
});

it("rounds as additions one after another do, for texts of any length and any number of words", () => {
  const sums = new WordSums(WIDTH, (word, sum) => sum.set(numbersOf(0.1 * word), FIRST));
  const all = Int32Array.from({ length: 3000 }, (_, i) => (7 * i) % 2500);
  const expected = emptySum(WIDTH);
  for (const word of all) for (let k = 0; k < WIDTH; k++) expected[FIRST + k]! += numbersOf(0.1 * word)[k]!;
  const sum = emptySum(WIDTH);
  sums.addTo(sum, all);
  expect(sum).toEqual(expected);
});
