import { expect, it } from "vitest";
import { type Word, WordSums } from "#kernels";

const WIDTH = 6; // four numbers at a time, and two alone

/** A row's numbers: row, row + 0.5, row + 1 ... */
const numbersOf = (row: number) => Float64Array.from({ length: WIDTH }, (_, k) => row + k / 2);

const wordOf = (id: number | undefined, rows: readonly number[]): Word => ({
  ...{ text: "word", id, hash: 0, rows, size: rows.length },
  isKnown: rows.some((row) => row >= 0),
  place: -1,
});

/** Adds rows up, and tells of which rows it was asked. */
function counting() {
  const asked: (readonly number[])[] = [];
  const sums = new WordSums(WIDTH, (rows) => {
    asked.push(rows);
    return numbersOf(rows.reduce((x, y) => x + y, 0));
  });
  return { asked, sums };
}

it("adds what each word brings to what is there, and asks for it once", () => {
  const { asked, sums } = counting();
  const [first, second] = [wordOf(0, [1]), wordOf(1, [2, 3])];
  const sum = numbersOf(100);
  expect(sums.addTo(sum, [first, second, first])).toBe(true);
  // 100 + 1 + 5 + 1, and the k / 2 of four
  expect([...sum]).toEqual([107, 109, 111, 113, 115, 117]);
  sums.addTo(sum, [second]);
  expect([...sum]).toEqual([112, 114.5, 117, 119.5, 122, 124.5]);
  expect(asked).toEqual([[1], [2, 3]]);
});

it("says that nothing is known of words without a row other than zeros", () => {
  const { sums } = counting();
  const sum = numbersOf(1);
  expect(sums.addTo(sum, [wordOf(undefined, []), wordOf(undefined, [-1])])).toBe(false);
  expect(sum).toEqual(numbersOf(1));
});

it("adds words that are no terms in their place, and leaves no trace of them among those that are kept", () => {
  const { asked, sums } = counting();
  const other = wordOf(undefined, [7]);
  const late = wordOf(2, [4]);
  const sum = new Float64Array(WIDTH);
  expect(sums.addTo(sum, [other, late, other])).toBe(true);
  expect(sum[0]).toBe(18);
  expect(other.place).toBe(-1);
  sums.addTo(sum, [late]);
  expect(sum[0]).toBe(22);
  sums.addTo(sum, [other]);
  expect(sum[0]).toBe(29);
  expect(asked).toEqual([[4], [7]]);
});

it("rounds as additions one after another do, for texts of any length and any number of words", () => {
  const { sums } = counting();
  const words = Array.from({ length: 3000 }, (_, id) => wordOf(id % 5 === 0 ? undefined : id, [0.1 * id]));
  const expected = new Float64Array(WIDTH);
  for (const { rows } of words) for (let k = 0; k < WIDTH; k++) expected[k]! += numbersOf(rows[0]!)[k]!;
  const sum = new Float64Array(WIDTH);
  sums.addTo(sum, words);
  expect(sum).toEqual(expected);
});
