import fc from "fast-check";
import { expect, it } from "vitest";
import { OpenRows, type RowBatch } from "#kernels";

const rowsOf = ({ offsets, terms, values }: RowBatch) =>
  Array.from({ length: offsets.length - 1 }, (_, row) =>
    Array.from(terms.subarray(offsets[row], offsets[row + 1]), (term, k) => [term, values[offsets[row]! + k]!]),
  );

it("makes the same rows wherever batches are taken, empty ones among them", () => {
  const cells = fc.array(fc.tuple(fc.nat(6), fc.nat(4), fc.boolean()), { maxLength: 30 });
  fc.assert(
    fc.property(cells, (drawn) => {
      const sorted = drawn.toSorted(([a], [b]) => a - b);
      const open = new OpenRows();
      const found: number[][][] = [];
      const expected: number[][][] = Array.from({ length: 8 }, () => []);
      for (const [row, term, takes] of sorted) {
        open.add(row, term, term);
        if (term !== 0) expected[row]!.push([term, term]);
        if (takes) found.push(...rowsOf(open.take()));
      }
      found.push(...rowsOf(open.finish(8)));
      expect(found).toEqual(expected);
    }),
  );
});
