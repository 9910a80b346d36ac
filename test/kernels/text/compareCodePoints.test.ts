import fc from "fast-check";
import { expect, it } from "vitest";
import { compareCodePoints, sortedByCodePoints } from "#kernels";
import { anyText } from "../../support/anyText.js";

it("puts a fullwidth letter before an emoji, where the order of UTF-16 units does not", () => {
  expect("Ａ" > "😀").toBe(true); // U+FF21 against the surrogate U+D83D
  expect(compareCodePoints("Ａ", "😀")).toBeLessThan(0); // U+FF21 < U+1F600
});

it("puts a beginning before the whole, and an equal text level", () => {
  expect(compareCodePoints("中", "中国")).toBeLessThan(0);
  expect(compareCodePoints("中国", "中国")).toBe(0);
});

it("orders any two texts as their UTF-8 bytes", () => {
  const wellFormed = anyText({ maxLength: 4 });
  fc.assert(
    fc.property(wellFormed, wellFormed, (a, b) => {
      expect(Math.sign(compareCodePoints(a, b))).toBe(Buffer.compare(Buffer.from(a), Buffer.from(b)));
    }),
    { seed: 1 },
  );
});

it("sorts as it compares, with high units and without", () => {
  const texts = fc.array(fc.string({ unit: fc.constantFrom("a", "b", "é", "中", "Ａ", "😀"), maxLength: 3 }));
  fc.assert(
    fc.property(texts, (list) => {
      expect(sortedByCodePoints(list)).toEqual([...list].sort(compareCodePoints));
    }),
    { seed: 2 },
  );
  expect(sortedByCodePoints(["😀", "Ａ", "a"])).toEqual(["a", "Ａ", "😀"]);
});
