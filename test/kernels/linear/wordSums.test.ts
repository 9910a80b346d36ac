import { expect, it } from "vitest";
import { WordSums } from "#kernels";

const WIDTH = 6; // four numbers at a time, and two alone

/** A word's numbers: word, word + 0.5, word + 1 ... */
const numbersOf = (word: number) => Float64Array.from({ length: WIDTH }, (_, k) => word + k / 2);

/** Gives each word its numbers, those from 90 on nothing, and tells which it was asked. */
function counting() {
  const asked: number[] = [];
  const sums = new WordSums(WIDTH, (word) => {
    asked.push(word);
    return word < 90 || word > 99 ? numbersOf(word) : undefined;
  });
  return { asked, sums };
}

const words = (...numbers: readonly number[]) => Int32Array.from(numbers);

it("adds what each word brings to what is there, and asks for it once", () => {
  const { asked, sums } = counting();
  const sum = numbersOf(100);
  expect(sums.addTo(sum, words(1, 5, 1))).toBe(true);
  // 100 + 1 + 5 + 1, and the k / 2 of four
  expect([...sum]).toEqual([107, 109, 111, 113, 115, 117]);
  sums.addTo(sum, words(5));
  expect([...sum]).toEqual([112, 114.5, 117, 119.5, 122, 124.5]);
  expect(asked).toEqual([1, 5]);
});

it("says that nothing is known of words that add nothing, whatever else a text has", () => {
  const { asked, sums } = counting();
  const sum = numbersOf(1);
  expect(sums.addTo(sum, words(90, 91, 90))).toBe(false);
  expect(sum).toEqual(numbersOf(1));
  expect(asked).toEqual([90, 91]);
  expect(sums.addTo(sum, words(90, 3))).toBe(true);
  expect(sum[0]).toBe(4);
});

it("asks again for a word that was forgotten, and leaves the others as they are", () => {
  const { asked, sums } = counting();
  const sum = new Float64Array(WIDTH);
  sums.addTo(sum, words(7, 80, 91, 81));
  expect(sum[0]).toBe(168);
  sums.forget(80, 5000); // also words that never came
  sums.addTo(sum.fill(0), words(82, 7, 80));
  expect(sum[0]).toBe(169);
  expect(asked).toEqual([7, 80, 91, 81, 82, 80]);
});

it("rounds as additions one after another do, for texts of any length and any number of words", () => {
  const sums = new WordSums(WIDTH, (word) => numbersOf(0.1 * word));
  const all = Int32Array.from({ length: 3000 }, (_, i) => (7 * i) % 2500);
  const expected = new Float64Array(WIDTH);
  for (const word of all) for (let k = 0; k < WIDTH; k++) expected[k]! += numbersOf(0.1 * word)[k]!;
  const sum = new Float64Array(WIDTH);
  sums.addTo(sum, all);
  expect(sum).toEqual(expected);
});
