import { expect, it } from "vitest";
import { differenceText } from "../../../dist/pipelines/config/differenceText.js";

const sentence = ["the", "black", "cat", "sat", "on", "the", "mat"];

it.each([
  [{ a: 3 }, { a: 2, b: 1 }, "x/a: expected 3, got 2"],
  [{ a: 3 }, { a: 3, b: 1 }, "x/b: expected nothing, got 1"],
  [
    [sentence],
    [sentence.with(5, "a")],
    'x/0/5: expected "the" in [..., cat, sat, on, the, mat], got "a" in [..., cat, sat, on, a, mat]',
  ],
  [
    [["a"], sentence],
    [["a"], sentence.slice(0, 6)],
    'x/1/6: expected "mat" in [..., sat, on, the, mat], got nothing in [..., sat, on, the]',
  ],
  [[["a", "b"], ["c"]], [["a", "b"]], 'x/1: expected ["c"], got nothing'],
  [[], {}, "x: expected [], got {}"],
  [2, 3, "x: expected 2, got 3"],
])("of %j and %j says where they differ", (expected, found, text) => {
  expect(differenceText("x", expected, found)).toBe(text);
});

it("shows the words around the first difference of long texts, and cuts none", () => {
  const words = Array.from({ length: 40 }, (_, k) => `word${k}`);
  expect(differenceText("x", words.join(" "), words.with(20, "猫").join(" "))).toBe(
    'x: expected "... word15 word16 word17 word18 word19 word20 word21 word22 word23 word24 ...", got "... word15 word16 word17 word18 word19 猫 word21 word22 word23 word24 word25 ..."',
  );
});
