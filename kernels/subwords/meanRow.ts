/**
 * The mean of some rows, a row every `stride` numbers, written to `mean` (D,): added up in doubles in the order that they are given in. A row
 * below 0 is one of zeros. Four are added at a time: what costs is to wait for rows that lie far apart, and four are waited for at once.
 */
export function meanRow(values: Float32Array, stride: number, rows: ArrayLike<number>, mean: Float32Array): void {
  const size = mean.length;
  const starts: number[] = [];
  for (let k = 0; k < rows.length; k++) if (rows[k]! >= 0) starts.push(rows[k]! * stride);
  const sum = new Float64Array(size);
  const whole = starts.length - (starts.length % 4);
  for (let k = 0; k < whole; k += 4) {
    const first = starts[k]!;
    const second = starts[k + 1]!;
    const third = starts[k + 2]!;
    const fourth = starts[k + 3]!;
    for (let d = 0; d < size; d++)
      sum[d] = sum[d]! + values[first + d]! + values[second + d]! + values[third + d]! + values[fourth + d]!;
  }
  for (const start of starts.slice(whole)) for (let d = 0; d < size; d++) sum[d]! += values[start + d]!;
  for (let d = 0; d < size; d++) mean[d] = sum[d]! / rows.length;
}
