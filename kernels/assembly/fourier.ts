/**
 * One pass of `kernels/layout/fourier.ts`: columns of a square are transformed, four at a time in single precision, and written as rows.
 * `scratch` takes 32 bytes for each row.
 */
export function transformColumns(
  real: usize,
  imaginary: usize,
  outReal: usize,
  outImaginary: usize,
  scratch: usize,
  cosines: usize,
  sines: usize,
  reversed: usize,
  size: i32,
  stride: i32,
  columns: i32,
  filled: i32,
  kept: i32,
): void {
  for (let column: i32 = 0; column < columns; column += 4) {
    for (let n: i32 = 0; n < size; n++) {
      const to = scratch + 32 * <usize>load<u32>(reversed + 4 * n);
      const from: usize = 4 * (n * stride + column);
      v128.store(to, n < filled ? v128.load(real + from) : f32x4.splat(0));
      v128.store(to, n < filled ? v128.load(imaginary + from) : f32x4.splat(0), 16);
    }
    for (let half: i32 = 1; half < size; half *= 2) {
      for (let block: i32 = 0; block < size; block += 2 * half) butterflies(scratch, cosines, sines, block, half);
    }
    for (let n: i32 = 0; n < kept; n += 4) {
      const from: usize = scratch + 32 * n;
      const to: usize = 4 * (column * stride + n);
      storeTransposed(from, outReal + to, 4 * stride);
      storeTransposed(from + 16, outImaginary + to, 4 * stride);
    }
  }
}

// @ts-ignore: decorator
@inline
function butterflies(scratch: usize, cosines: usize, sines: usize, block: i32, half: i32): void {
  let low = scratch + 32 * block;
  let high = low + 32 * half;
  for (let k: i32 = half; k < 2 * half; k++, low += 32, high += 32) {
    const c = v128.load32_splat(cosines + 4 * k);
    const s = v128.load32_splat(sines + 4 * k);
    const a = v128.load(high);
    const b = v128.load(high, 16);
    const x = f32x4.sub(f32x4.mul(a, c), f32x4.mul(b, s));
    const y = f32x4.add(f32x4.mul(a, s), f32x4.mul(b, c));
    const p = v128.load(low);
    const q = v128.load(low, 16);
    v128.store(high, f32x4.sub(p, x));
    v128.store(high, f32x4.sub(q, y), 16);
    v128.store(low, f32x4.add(p, x));
    v128.store(low, f32x4.add(q, y), 16);
  }
}

/** Four vectors, 32 bytes apart, as the columns of four rows, `rowBytes` apart. */
// @ts-ignore: decorator
@inline
function storeTransposed(from: usize, to: usize, rowBytes: usize): void {
  const a = v128.load(from);
  const b = v128.load(from, 32);
  const c = v128.load(from, 64);
  const d = v128.load(from, 96);
  const ab = v128.shuffle<f32>(a, b, 0, 4, 1, 5);
  const cd = v128.shuffle<f32>(c, d, 0, 4, 1, 5);
  const abHigh = v128.shuffle<f32>(a, b, 2, 6, 3, 7);
  const cdHigh = v128.shuffle<f32>(c, d, 2, 6, 3, 7);
  v128.store(to, v128.shuffle<f32>(ab, cd, 0, 1, 4, 5));
  v128.store(to + rowBytes, v128.shuffle<f32>(ab, cd, 2, 3, 6, 7));
  v128.store(to + 2 * rowBytes, v128.shuffle<f32>(abHigh, cdHigh, 0, 1, 4, 5));
  v128.store(to + 3 * rowBytes, v128.shuffle<f32>(abHigh, cdHigh, 2, 3, 6, 7));
}
