import { describe, expect, it } from "vitest";
import { rowRanges } from "../../../dist/kernels/cooccurrence/rowRanges.js";

const zipf = Float64Array.from({ length: 20_000 }, (_, rank) => Math.ceil(1_000_000 / (rank + 1)));

describe("rowRanges", () => {
  it.each([1, 2, 3, 8])("cuts all rows into %i ranges, one after the other", (ranges) => {
    const cut = rowRanges(zipf, 10, ranges);
    expect(cut.map(({ first }) => first)).toEqual([0, ...cut.slice(0, -1).map(({ end }) => end)]);
    expect(cut.at(-1)!.end).toBe(20_000);
    for (const { first, end } of cut) expect(end).toBeGreaterThan(first);
  });

  it("gives frequent terms, which meet more, fewer rows", () => {
    const ends = rowRanges(zipf, 10, 3).map(({ first, end }) => end - first);
    expect(ends).toEqual(ends.toSorted((a, b) => a - b));
    expect(ends[0]).toBeLessThan(ends[1]!);
  });

  it("cuts evenly where nothing was counted, and leaves ranges empty that have no row", () => {
    expect(rowRanges([0, 0, 0, 0], 5, 2)).toEqual([
      { first: 0, end: 2 },
      { first: 2, end: 4 },
    ]);
    const cut = rowRanges([3], 5, 3);
    expect(cut.reduce((rows, { first, end }) => rows + end - first, 0)).toBe(1);
  });
});
