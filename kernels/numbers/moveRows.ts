/**
 * Puts rows into another order in place: afterwards row i is what row `order[i]` was, a permutation of 0 .. order.length - 1. A row has
 * `size` numbers, one row every `size`. Memory: one row, and a byte a row.
 */
export function permuteRows(values: Float32Array, order: ArrayLike<number>, size: number): void {
  const isDone = new Uint8Array(order.length);
  const first = new Float32Array(size);
  for (let start = 0; start < order.length; start++) {
    if (isDone[start] || order[start] === start) continue;
    first.set(values.subarray(start * size, (start + 1) * size));
    let to = start;
    for (let from = order[to]!; from !== start; to = from, from = order[to]!) {
      values.copyWithin(to * size, from * size, (from + 1) * size);
      isDone[to] = 1;
    }
    values.set(first, to * size);
    isDone[to] = 1;
  }
}

/** Closes up rows of `size` numbers that stand every `stride`, in place, and returns them as one view. */
export function closeUpRows(values: Float32Array, rows: number, size: number, stride: number): Float32Array {
  for (let row = 0; row < rows; row++) values.copyWithin(row * size, row * stride, row * stride + size);
  return values.subarray(0, rows * size);
}
