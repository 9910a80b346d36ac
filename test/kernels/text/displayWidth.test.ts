import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { displayWidth } from "#kernels";

const { texts, wide } = JSON.parse(readFileSync("test/reference/displayWidth.json", "utf8")) as {
  texts: Record<string, number>;
  wide: [first: number, last: number][];
};

it.each(Object.entries(texts))("%s takes as many columns as wcwidth says: %d", (text, columns) => {
  expect(displayWidth(text)).toBe(columns);
});

it("gives two columns to every wide character of Unicode", () => {
  const narrow = wide
    .flatMap(([first, last]) => Array.from({ length: last - first + 1 }, (_, k) => String.fromCodePoint(first + k)))
    .filter((character) => displayWidth(character) !== 2);
  expect(narrow).toEqual([]);
});

it("gives one to the letters of alphabets, and none to what is not seen", () => {
  expect(displayWidth("abc XYZ ÀÿŁž Ωя ǅ")).toBe(17);
  expect(displayWidth("\u0301\u200b\ufeff\u001b")).toBe(0);
});
