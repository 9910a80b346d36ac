import fc from "fast-check";
import { expect, it } from "vitest";
import { closeUpRows, permuteRows } from "#kernels";

it("puts rows into another order in place", () => {
  fc.assert(
    fc.property(fc.shuffledSubarray([0, 1, 2, 3, 4, 5, 6], { minLength: 7 }), (order) => {
      const rows = Float32Array.from({ length: 14 }, (_, i) => i);
      permuteRows(rows, order, 2);
      expect([...rows]).toEqual(order.flatMap((row) => [2 * row, 2 * row + 1]));
    }),
  );
});

it("closes up rows with padding", () => {
  const padded = Float32Array.of(1, 2, 0, 3, 4, 0, 5, 6, 0);
  expect([...closeUpRows(padded, 2, 2, 3)]).toEqual([1, 2, 3, 4]);
});
