/**
 * Cosines, cos(x, q) = x . q / (|x| |q|), in single precision, four numbers at a time. A row is `vectorBytes` long, a multiple of 16;
 * the places beyond the vector's length hold 0.
 *
 * A first pass over 8-bit codes, a quarter of the bytes, leaves out the rows whose cosine cannot exceed a threshold. With x at length 1,
 * x = s c + r and q = t e + p, s and t being steps and c and e whole numbers,
 *
 *     x . q  =  s t c . e  +  r . t e  +  x . p  <=  s t c . e  +  |r| |t e|  +  |x| |p|.
 *
 * `residuals` holds |r|; the caller knows the other two, and by how much rounding may move a cosine (`kernels/search/codedQuery.ts`).
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

const MOST_CODE: f32 = 127;
/** |x|^2 of a row that was brought to length 1, rounding included; of one that could not be, such as one with NaN, it is not less. */
const UNIT: f32 = 1.002;

/**
 * Codes of rows at length 1, `codeBytes` a row, with the step of each row and a bound of its residual. A row that cannot be brought to
 * length 1 gets an infinite one, and is never left out.
 */
export function encodeRows(
  rows: usize,
  inverse: usize,
  count: i32,
  vectorBytes: usize,
  codes: usize,
  codeBytes: usize,
  steps: usize,
  residuals: usize,
): void {
  for (let n: i32 = 0; n < count; n++, rows += vectorBytes, inverse += 4, codes += codeBytes, steps += 4, residuals += 4) {
    const unit = f32x4.splat(load<f32>(inverse));
    let most = f32x4.splat(0);
    let squares = f32x4.splat(0);
    for (let at: usize = 0; at < vectorBytes; at += LANES) {
      const x = f32x4.mul(v128.load(rows + at), unit);
      most = f32x4.max(most, f32x4.abs(x));
      squares = f32x4.add(squares, f32x4.mul(x, x));
    }
    if (!(added(squares) < UNIT)) {
      store<f32>(steps, 0);
      store<f32>(residuals, Infinity);
      continue;
    }
    const pair = f32x4.max(most, v128.shuffle<f32>(most, most, 2, 3, 0, 1));
    const largest = max<f32>(f32x4.extract_lane(pair, 0), f32x4.extract_lane(pair, 1));
    const step = f32x4.splat(largest / MOST_CODE);
    const perStep = f32x4.splat(largest > 0 ? MOST_CODE / largest : 0);
    let left = f32x4.splat(0);
    for (let at: usize = 0; at < vectorBytes; at += LANES) {
      const x = f32x4.mul(v128.load(rows + at), unit);
      const code = f32x4.nearest(f32x4.mul(x, perStep));
      const rest = f32x4.sub(x, f32x4.mul(code, step));
      left = f32x4.add(left, f32x4.mul(rest, rest));
      const wide = i32x4.trunc_sat_f32x4_s(code);
      const half = i16x8.narrow_i32x4_s(wide, wide);
      v128.store32_lane(codes + (at >>> 2), i8x16.narrow_i16x8_s(half, half), 0);
    }
    store<f32>(steps, largest / MOST_CODE);
    store<f32>(residuals, sqrt<f32>(added(left)) * <f32>1.001 + <f32>1e-6); // more than its own rounding takes away
  }
}

/**
 * Lists the rows whose bound exceeds the threshold, as `first` + place, and returns how many they are. Codes lie in fours: up to three rows
 * behind the last are read, and not listed. What lies behind a row's own codes meets zeros of the query's, which are 16 bits each.
 */
export function reachingRows(
  codes: usize,
  codeBytes: usize,
  steps: usize,
  residuals: usize,
  first: u32,
  count: u32,
  query: usize,
  queryStep: f32,
  queryLength: f32,
  threshold: f32,
  out: usize,
): u32 {
  let found: u32 = 0;
  for (let row: u32 = 0; row < count; row += 4, codes += codeBytes << 2, steps += LANES, residuals += LANES) {
    const products = f32x4.convert_i32x4_s(fourProducts(codes, codeBytes, query));
    const bounds = f32x4.add(
      f32x4.mul(products, f32x4.mul(v128.load(steps), f32x4.splat(queryStep))),
      f32x4.mul(v128.load(residuals), f32x4.splat(queryLength)),
    );
    let reaching = <u32>i32x4.bitmask(f32x4.gt(bounds, f32x4.splat(threshold)));
    for (; reaching != 0; reaching &= reaching - 1) {
      const place = row + ctz<u32>(reaching);
      if (place >= count) break;
      store<u32>(out + (<usize>found << 2), first + place);
      found++;
    }
  }
  return found;
}

/** The products of four rows of codes and the query's. */
// @ts-ignore: decorator
@inline
function fourProducts(codes: usize, codeBytes: usize, query: usize): v128 {
  const end = codes + codeBytes;
  const two = codeBytes << 1;
  const three = two + codeBytes;
  let sum0 = i32x4.splat(0);
  let sum1 = i32x4.splat(0);
  let sum2 = i32x4.splat(0);
  let sum3 = i32x4.splat(0);
  for (let at = codes; at < end; at += 8, query += LANES) {
    const e = v128.load(query);
    sum0 = i32x4.add(sum0, i32x4.dot_i16x8_s(v128.load8x8_s(at), e));
    sum1 = i32x4.add(sum1, i32x4.dot_i16x8_s(v128.load8x8_s(at + codeBytes), e));
    sum2 = i32x4.add(sum2, i32x4.dot_i16x8_s(v128.load8x8_s(at + two), e));
    sum3 = i32x4.add(sum3, i32x4.dot_i16x8_s(v128.load8x8_s(at + three), e));
  }
  const low = i32x4.add(v128.shuffle<i32>(sum0, sum1, 0, 4, 1, 5), v128.shuffle<i32>(sum0, sum1, 2, 6, 3, 7)); // 0 1 0 1
  const high = i32x4.add(v128.shuffle<i32>(sum2, sum3, 0, 4, 1, 5), v128.shuffle<i32>(sum2, sum3, 2, 6, 3, 7)); // 2 3 2 3
  return i32x4.add(v128.shuffle<i32>(low, high, 0, 1, 4, 5), v128.shuffle<i32>(low, high, 2, 3, 6, 7));
}

// @ts-ignore: decorator
@inline
function added(x: v128): f32 {
  return (
    f32x4.extract_lane(x, 0) + f32x4.extract_lane(x, 1) + (f32x4.extract_lane(x, 2) + f32x4.extract_lane(x, 3))
  );
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
  return added(f32x4.add(even, odd));
}
