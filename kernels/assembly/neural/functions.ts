/**
 * Functions of four numbers at a time, to about 1e-7 of their value: the same bits on every machine. Coefficients: Cephes, single/*.c
 * (Moshier 1992).
 */
import { madd } from "../common/training";

// @ts-ignore: decorator
@inline
export function splat(x: f32): v128 {
  return f32x4.splat(x);
}

/** e^(x + rest) = 2^k e^r, |r| <= ln(2) / 2; x is taken as what lies nearest in -87 .. 88. `rest` is small: what x lacks by rounding. */
// @ts-ignore: decorator
@inline
export function expOf(x: v128, rest: v128): v128 {
  const within = f32x4.pmin(f32x4.pmax(x, splat(-87)), splat(88));
  // beside 1.5 2^23 there is room for whole numbers alone: k stands in the lowest bits
  const placed = f32x4.add(f32x4.mul(within, splat(1.44269504)), splat(12582912));
  const k = f32x4.sub(placed, splat(12582912));
  // ln 2 in two parts, the first short enough that its product with k is exact
  const near = f32x4.sub(within, f32x4.mul(k, splat(0.693359375)));
  const r = f32x4.add(madd(k, splat(2.12194440e-4), near), rest);
  let series = splat(1.9875691500e-4);
  series = madd(series, r, splat(1.3981999507e-3));
  series = madd(series, r, splat(8.3334519073e-3));
  series = madd(series, r, splat(4.1665795894e-2));
  series = madd(series, r, splat(1.6666665459e-1));
  series = madd(series, r, splat(5.0000001201e-1));
  const power = f32x4.add(madd(series, f32x4.mul(r, r), r), splat(1));
  return f32x4.mul(power, i32x4.add(i32x4.shl(placed, 23), i32x4.splat(127 << 23)));
}

// @ts-ignore: decorator
@inline
export function expAt(x: v128): v128 {
  return expOf(x, splat(0));
}

/** 1 / (1 + e^-x), by e^-|x|. */
// @ts-ignore: decorator
@inline
export function sigmoidAt(x: v128): v128 {
  const e = expAt(f32x4.neg(f32x4.abs(x)));
  const above = f32x4.div(splat(1), f32x4.add(e, splat(1)));
  return v128.bitselect(f32x4.mul(e, above), above, f32x4.lt(x, splat(0)));
}

/** An odd series near 0, else 1 - 2 / (e^(2 |x|) + 1) with the sign of x. */
// @ts-ignore: decorator
@inline
export function tanhAt(x: v128): v128 {
  const size = f32x4.abs(x);
  const square = f32x4.mul(x, x);
  let series = splat(-5.70498872745e-3);
  series = madd(series, square, splat(2.06390887954e-2));
  series = madd(series, square, splat(-5.37397155531e-2));
  series = madd(series, square, splat(1.33314422036e-1));
  series = madd(series, square, splat(-3.33332819422e-1));
  const near = madd(f32x4.mul(series, square), x, x);
  const e = expAt(f32x4.add(size, size));
  const far = f32x4.sub(splat(1), f32x4.div(splat(2), f32x4.add(e, splat(1))));
  const signed = v128.or(far, v128.and(x, splat(-0.0)));
  return v128.bitselect(near, signed, f32x4.lt(size, splat(0.625)));
}

/** The share of a standard normal distribution below x: (1 + erf(x / sqrt 2)) / 2, exact in both tails. */
// @ts-ignore: decorator
@inline
export function normalShare(x: v128): v128 {
  const z = f32x4.mul(x, splat(0.70710678));
  const size = f32x4.pmin(f32x4.abs(z), splat(9.3)); // e^-z^2 is the smallest normal number there
  const square = f32x4.mul(z, z);
  let series = splat(7.853861353153693e-5);
  series = madd(series, square, splat(-8.010193625184903e-4));
  series = madd(series, square, splat(5.188327685732524e-3));
  series = madd(series, square, splat(-2.685381193529856e-2));
  series = madd(series, square, splat(1.128358514861418e-1));
  series = madd(series, square, splat(-3.761262582423300e-1));
  series = madd(series, square, splat(1.128379165726710));
  const near = madd(f32x4.mul(series, splat(0.5)), z, splat(0.5));
  const tail = f32x4.mul(upperError(size), splat(0.5)); // the share beyond |x|
  const far = v128.bitselect(tail, f32x4.sub(splat(1), tail), f32x4.lt(z, splat(0)));
  return v128.bitselect(near, far, f32x4.lt(size, splat(1)));
}

/** erfc(z), z >= 1. */
// @ts-ignore: decorator
@inline
function upperError(z: v128): v128 {
  const inverse = f32x4.div(splat(1), z);
  const q = f32x4.mul(inverse, inverse);
  let middle = splat(2.326819970068386e-2);
  middle = madd(middle, q, splat(-1.387039388740657e-1));
  middle = madd(middle, q, splat(3.687424674597105e-1));
  middle = madd(middle, q, splat(-5.824733027278666e-1));
  middle = madd(middle, q, splat(6.210004621745983e-1));
  middle = madd(middle, q, splat(-4.944515323274145e-1));
  middle = madd(middle, q, splat(3.404879937665872e-1));
  middle = madd(middle, q, splat(-2.741127028184656e-1));
  middle = madd(middle, q, splat(5.638259427386472e-1));
  let far = splat(-1.047766399936249e1);
  far = madd(far, q, splat(1.297719955372516e1));
  far = madd(far, q, splat(-7.495518717768503));
  far = madd(far, q, splat(2.921019019210786));
  far = madd(far, q, splat(-1.015265279202700));
  far = madd(far, q, splat(4.218463358204948e-1));
  far = madd(far, q, splat(-2.820767439740514e-1));
  far = madd(far, q, splat(5.641895067754075e-1));
  const series = v128.bitselect(middle, far, f32x4.lt(z, splat(2)));
  // z^2 as the square of its upper half, which is exact, and the rest
  const upper = v128.and(z, i32x4.splat(0xfffff000));
  const rest = f32x4.mul(f32x4.sub(z, upper), f32x4.add(z, upper));
  const power = expOf(f32x4.neg(f32x4.mul(upper, upper)), f32x4.neg(rest));
  return f32x4.mul(f32x4.mul(power, inverse), series);
}

/** e^(-x^2 / 2) / sqrt(2 pi). */
// @ts-ignore: decorator
@inline
export function normalDensity(x: v128): v128 {
  return f32x4.mul(expAt(f32x4.mul(f32x4.mul(x, x), splat(-0.5))), splat(0.3989422804));
}

/** Four numbers or, at the end of a row, fewer; the others are `beyond`. */
// @ts-ignore: decorator
@inline
export function loadSome(at: usize, count: usize, beyond: f32): v128 {
  if (count >= 4) return v128.load(at);
  let x = splat(beyond);
  x = f32x4.replace_lane(x, 0, load<f32>(at));
  if (count > 1) x = f32x4.replace_lane(x, 1, load<f32>(at, 4));
  if (count > 2) x = f32x4.replace_lane(x, 2, load<f32>(at, 8));
  return x;
}

// @ts-ignore: decorator
@inline
export function storeSome(at: usize, x: v128, count: usize): void {
  if (count >= 4) {
    v128.store(at, x);
    return;
  }
  store<f32>(at, f32x4.extract_lane(x, 0));
  if (count > 1) store<f32>(at, f32x4.extract_lane(x, 1), 4);
  if (count > 2) store<f32>(at, f32x4.extract_lane(x, 2), 8);
}

// @ts-ignore: decorator
@inline
export function sumOf(x: v128): f32 {
  return (
    f32x4.extract_lane(x, 0) + f32x4.extract_lane(x, 1) + (f32x4.extract_lane(x, 2) + f32x4.extract_lane(x, 3))
  );
}

// @ts-ignore: decorator
@inline
export function largestOf(x: v128): f32 {
  return max(
    max(f32x4.extract_lane(x, 0), f32x4.extract_lane(x, 1)),
    max(f32x4.extract_lane(x, 2), f32x4.extract_lane(x, 3)),
  );
}

/** The sum of two numbers in double precision. */
// @ts-ignore: decorator
@inline
export function sumOfDoubles(x: v128): f64 {
  return f64x2.extract_lane(x, 0) + f64x2.extract_lane(x, 1);
}

// @ts-ignore: decorator
@inline
export function lowDoubles(x: v128): v128 {
  return f64x2.promote_low_f32x4(x);
}

// @ts-ignore: decorator
@inline
export function highDoubles(x: v128): v128 {
  return f64x2.promote_low_f32x4(v128.shuffle<f32>(x, x, 2, 3, 2, 3));
}
