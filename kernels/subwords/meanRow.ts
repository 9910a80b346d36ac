/**
 * The mean of some rows, a row every `stride` numbers, written to `mean` (D,): added up in doubles in the order that they are given in. A row
 * below 0 is one of zeros.
 */
export function meanRow(values: Float32Array, stride: number, rows: ArrayLike<number>, mean: Float32Array): void {
  const sum = new Float64Array(mean.length);
  for (let k = 0; k < rows.length; k++) {
    const at = rows[k]! * stride;
    if (at >= 0) for (let d = 0; d < sum.length; d++) sum[d]! += values[at + d]!;
  }
  for (let d = 0; d < sum.length; d++) mean[d] = sum[d]! / rows.length;
}
