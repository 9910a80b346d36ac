import { describe, expect, it } from "vitest";
import { DenseBlock, denseCellBytes } from "../../../dist/kernels/cooccurrence/denseBlock.js";
import { drawBelow, randomStream } from "../../../dist/kernels/numbers/random.js";

const unitsOf = Float64Array.from({ length: 128 }, (_, code) => 2 ** 33 * code + 1);

describe("DenseBlock", () => {
  it("has the columns of a row below a width that falls with the row, and of a symmetric table the upper triangle", () => {
    // Widths of 4 terms, as the room is 8 cells: 4, 4/2, 4/3, 4/4; of a triangle, at 11.9 and not at 12: 4, 4, 11.9/3, 11.9/4.
    const shape = (symmetric: boolean) => {
      const block = new DenseBlock({ terms: 4, firstRow: 0, endRow: 4, symmetric }, 8, unitsOf);
      return [0, 1, 2, 3].map(
        (row) => [0, 1, 2, 3].filter((column) => (!symmetric || column >= row) && block.has(row, column)).length,
      );
    };
    expect(shape(false)).toEqual([4, 2, 1, 1]);
    expect(shape(true)).toEqual([4, 3, 1, 0]);
  });

  it.each([true, false])(
    "adds up what a map adds up, of some rows, over several regions and many times full, symmetric %s",
    (symmetric) => {
      const terms = 400;
      const block = new DenseBlock({ terms, firstRow: 10, endRow: 380, symmetric }, 60_000, unitsOf);
      const sums = new Map<number, number>();
      const stream = randomStream(1, "pairs");
      for (let i = 0; i < 300_000; i++) {
        const [a, b] = [drawBelow(stream, 3 * i, terms), drawBelow(stream, 3 * i + 1, terms)];
        const [row, column] = symmetric ? [Math.min(a, b), Math.max(a, b)] : [a, b];
        if (!block.has(row, column)) continue;
        const code = drawBelow(stream, 3 * i + 2, 128);
        block.add(row, column, code);
        sums.set(row * terms + column, (sums.get(row * terms + column) ?? 0) + unitsOf[code]!);
      }
      const found: [number, number][] = [];
      for (const { row, column, units, length } of block.runs(1000))
        for (let i = 0; i < length; i++) found.push([row[i]! * terms + column[i]!, units[i]!]);
      expect(sums.size).toBeGreaterThan(2 ** 15);
      expect(found).toEqual([...sums].sort(([a], [b]) => a - b));
    },
  );

  it("holds nothing where there is no room", () => {
    const block = new DenseBlock({ terms: 1000, firstRow: 0, endRow: 1000, symmetric: true }, 0, unitsOf);
    expect(block.has(0, 0)).toBe(false);
    expect([...block.runs(10)]).toEqual([]);
    expect(denseCellBytes).toBe(9);
  });
});
