import type { SubwordForm, SubwordRows } from "../../schemas/subwords.js";
import { closeUpRows, permuteRows } from "../numbers/moveRows.js";
import type { BucketRows } from "./bucketRows.js";
import { meanRow } from "./meanRow.js";
import type { TermLists } from "./termLists.js";

interface Rows {
  /** A row every `stride` numbers, D of which are its values. */
  readonly input: Float32Array;
  readonly stride: number;
  readonly vectorSize: number;
}

/** The vector of each term: the mean over its rows (terms, D). */
export function meansOf(lists: TermLists, terms: number, { input, stride, vectorSize }: Rows): Float32Array {
  const means = new Float32Array(terms * vectorSize);
  for (let id = 0; id < terms; id++)
    meanRow(input, stride, lists.of(id), means.subarray(id * vectorSize, (id + 1) * vectorSize));
  return means;
}

/** The same in the place of the terms' own rows, which nobody needs any more: values are a part of `input`. */
export function meansWithin(lists: TermLists, terms: number, { input, stride, vectorSize }: Rows): Float32Array {
  for (let id = 0; id < terms; id++)
    meanRow(input, stride, lists.of(id), input.subarray(id * stride, id * stride + vectorSize));
  return closeUpRows(input, terms, vectorSize, stride);
}

/** The rows of the buckets that have one, ascending by bucket. */
export function subwordRowsOf(rows: BucketRows, form: SubwordForm, { input, stride, vectorSize }: Rows): SubwordRows {
  const order = rows.ascending();
  const values = new Float32Array(order.length * vectorSize);
  order.forEach((place, i) => {
    const at = (rows.firstRow + place) * stride;
    values.set(input.subarray(at, at + vectorSize), i * vectorSize);
  });
  return { form, buckets: bucketsIn(order, rows), values };
}

/** The same for rows that nobody needs any more where they are: they are moved in `input` itself, and values are a part of it. */
export function subwordRowsWithin(
  rows: BucketRows,
  form: SubwordForm,
  { input, stride, vectorSize }: Rows,
): SubwordRows {
  const order = rows.ascending();
  const from = rows.firstRow * stride;
  const bucketRows = input.subarray(from, from + order.length * stride);
  permuteRows(bucketRows, order, stride);
  return { form, buckets: bucketsIn(order, rows), values: closeUpRows(bucketRows, order.length, vectorSize, stride) };
}

const bucketsIn = (order: readonly number[], { buckets }: BucketRows) =>
  Uint32Array.from(order, (place) => buckets[place]!);
