import fc from "fast-check";
import { expect, it } from "vitest";
import { BucketRows } from "../../../dist/kernels/subwords/bucketRows.js";
import { meansOf, meansWithin, subwordRowsOf, subwordRowsWithin } from "../../../dist/kernels/subwords/finishedRows.js";
import { TermLists } from "../../../dist/kernels/subwords/termLists.js";

const form = { units: "characters", minLength: 3, maxLength: 6, buckets: 50 } as const;
const [firstRow, stride, vectorSize] = [2, 4, 3];

/** Rows of two terms, and behind them one a bucket, which holds the bucket's number and two of its own. */
function rowsOf(buckets: readonly number[]) {
  const rows = new BucketRows(form.buckets, firstRow);
  const input = new Float32Array((firstRow + buckets.length) * stride).fill(-1);
  for (const bucket of buckets) input.set([bucket, bucket + 0.25, bucket + 0.5], rows.rowOf(bucket) * stride);
  return { rows, weights: { input, stride, vectorSize } };
}

it("puts rows in the order of their buckets: 7, 3, 5 become 3, 5, 7", () => {
  const { rows, weights } = rowsOf([7, 3, 5]);
  const { buckets, values } = subwordRowsWithin(rows, form, weights);
  expect([...buckets]).toEqual([3, 5, 7]);
  expect([...values]).toEqual([3, 3.25, 3.5, 5, 5.25, 5.5, 7, 7.25, 7.5]);
  expect([...weights.input.subarray(0, firstRow * stride)]).toEqual(new Array(8).fill(-1)); // those of terms stay
});

it("moves any rows within their memory to what a copy of them has", () => {
  const distinct = fc.uniqueArray(fc.nat(form.buckets - 1), { maxLength: 30 });
  fc.assert(
    fc.property(distinct, (order) => {
      const { rows, weights } = rowsOf(order);
      const copied = subwordRowsOf(rows, form, weights);
      const moved = subwordRowsWithin(rows, form, weights);
      expect(moved).toEqual(copied);
      expect(moved.values.buffer).toBe(weights.input.buffer);
    }),
    { seed: 1 },
  );
});

it("puts each term's mean in the place of its own row, as a copy has it, and leaves the rows of subwords", () => {
  const { weights } = rowsOf([7, 3]);
  weights.input.set([1, 2, 3], 0);
  const lists = new TermLists();
  lists.push([0, 2]);
  lists.push([1, 2, 3]);
  const copied = meansOf(lists, 2, weights);
  const subwords = weights.input.slice(firstRow * stride);
  const moved = meansWithin(lists, 2, weights);
  expect([...moved]).toEqual([...copied]);
  expect([...copied.subarray(0, 3)]).toEqual([4, 4.625, 5.25]); // (1 + 7) / 2, (2 + 7.25) / 2, (3 + 7.5) / 2
  expect(moved.buffer).toBe(weights.input.buffer);
  expect(weights.input.slice(firstRow * stride)).toEqual(subwords);
});
