/**
 * Cosines, cos(x, q) = x . q / (|x| |q|), in single precision, four numbers at a time. A row is `vectorBytes` long, a multiple of 16;
 * the places beyond the vector's length hold 0.
 */

const LANES = 16; // bytes of four floats

/** 1 / length of each row, 0 for a row of zeros. */
export function inverseLengths(rows: usize, count: i32, vectorBytes: usize, out: usize): void {
  for (let n: i32 = 0; n < count; n++, rows += vectorBytes, out += 4) {
    const square = dot(rows, rows, vectorBytes);
    store<f32>(out, square > 0 ? <f32>1 / sqrt<f32>(square) : 0);
  }
}

/** Cosine of each row to `query`, a vector of length 1. */
export function cosines(
  rows: usize,
  inverse: usize,
  count: i32,
  vectorBytes: usize,
  query: usize,
  out: usize,
): void {
  for (let n: i32 = 0; n < count; n++, rows += vectorBytes, inverse += 4, out += 4) {
    store<f32>(out, dot(rows, query, vectorBytes) * load<f32>(inverse));
  }
}

/** The same of the rows that `ids` lists. */
export function listedCosines(
  rows: usize,
  inverse: usize,
  ids: usize,
  count: i32,
  vectorBytes: usize,
  query: usize,
  out: usize,
): void {
  for (let n: i32 = 0; n < count; n++, ids += 4, out += 4) {
    const id: usize = load<u32>(ids);
    store<f32>(out, dot(rows + id * vectorBytes, query, vectorBytes) * load<f32>(inverse + 4 * id));
  }
}

// @ts-ignore: decorator
@inline
function dot(a: usize, b: usize, bytes: usize): f32 {
  let even = f32x4.splat(0);
  let odd = f32x4.splat(0);
  let at: usize = 0;
  for (; at + 2 * LANES <= bytes; at += 2 * LANES) {
    even = f32x4.add(even, f32x4.mul(v128.load(a + at), v128.load(b + at)));
    odd = f32x4.add(odd, f32x4.mul(v128.load(a + at, LANES), v128.load(b + at, LANES)));
  }
  if (at < bytes) even = f32x4.add(even, f32x4.mul(v128.load(a + at), v128.load(b + at)));
  const sum = f32x4.add(even, odd);
  return (
    f32x4.extract_lane(sum, 0) + f32x4.extract_lane(sum, 1) + (f32x4.extract_lane(sum, 2) + f32x4.extract_lane(sum, 3))
  );
}
