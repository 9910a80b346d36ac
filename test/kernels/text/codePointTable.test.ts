import { expect, it } from "vitest";
import { paint } from "../../../dist/kernels/text/codePointTable.js";

it("says of every code point what a pattern says of it", () => {
  const pattern = "[\\p{Script=Han}\\p{Nd}\\p{Pe}]";
  const table = paint(0, [{ pattern, as: 1 }]);
  const matches = new RegExp(pattern, "u");
  const wrong = [...table.keys()].filter((point) => matches.test(String.fromCodePoint(point)) !== (table[point] === 1));
  expect(wrong).toEqual([]);
});

it("lets a later pattern cover an earlier one, or only one class of it", () => {
  const table = paint(9, [
    { pattern: "[a-f]", as: 1 },
    { pattern: "[b-d]", as: 2 },
    { pattern: "[a-z]", as: 3, over: 2 },
  ]);
  expect([..."abdefg"].map((letter) => table[letter.codePointAt(0)!])).toEqual([1, 3, 3, 1, 1, 9]);
});
