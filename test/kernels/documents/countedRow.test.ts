import { expect, it } from "vitest";
import { countedRow } from "../../../kernels/documents/countedRow.js";
import { makeVocabulary } from "../../../kernels/vocabulary/vocabulary.js";

it("counts the known words of a text by ascending id, and leaves the others out of its length", () => {
  const vocabulary = makeVocabulary(["cat", "\u732b", "mat"], Float64Array.of(3, 2, 1));
  const row = countedRow(vocabulary, ["mat", "cat", "unheard", "mat", "\u732b"]);
  expect([...row.terms]).toEqual([0, 1, 2]);
  expect([...row.values]).toEqual([1, 1, 2]);
  expect([...row.lengths]).toEqual([4]);
  expect([...row.offsets]).toEqual([0, 3]);
});
