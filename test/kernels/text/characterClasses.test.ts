import { expect, it } from "vitest";
import { characterClasses, LETTER, OTHER } from "../../../dist/kernels/text/characterClasses.js";

it("takes as white space what Unicode does, of all code points", () => {
  const table = characterClasses("whitespace");
  const space = /\p{White_Space}/u;
  const wrong = [...table.keys()].filter(
    (point) => table[point] !== (space.test(String.fromCodePoint(point)) ? OTHER : LETTER),
  );
  expect(wrong).toEqual([]);
});
