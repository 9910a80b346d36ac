import type { SubwordForm, SubwordRows } from "../../schemas/subwords.js";
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
  putInOrder(bucketRows, order, stride);
  for (let row = 1; row < order.length; row++)
    bucketRows.copyWithin(row * vectorSize, row * stride, row * stride + vectorSize);
  return { form, buckets: bucketsIn(order, rows), values: bucketRows.subarray(0, order.length * vectorSize) };
}

const bucketsIn = (order: readonly number[], { buckets }: BucketRows) =>
  Uint32Array.from(order, (place) => buckets[place]!);

/** Moves the row at `order[i]` to place i, for all i: around each cycle of the permutation, with one row set aside. */
function putInOrder(matrix: Float32Array, order: readonly number[], stride: number): void {
  const isPlaced = new Uint8Array(order.length);
  const aside = new Float32Array(stride);
  for (let first = 0; first < order.length; first++) {
    if (isPlaced[first]) continue;
    aside.set(matrix.subarray(first * stride, (first + 1) * stride));
    let to = first;
    for (let from = order[to]!; from !== first; to = from, from = order[to]!) {
      matrix.copyWithin(to * stride, from * stride, (from + 1) * stride);
      isPlaced[to] = 1;
    }
    matrix.set(aside, to * stride);
    isPlaced[to] = 1;
  }
}
