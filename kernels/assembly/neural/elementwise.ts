/** Number by number. `end` is where a ends; arrays need not end at a multiple of four. */
import { madd, mix } from "../common/training";
import { loadSome, normalDensity, normalShare, sigmoidAt, splat, storeSome, tanhAt } from "./functions";

// @ts-ignore: decorator
@inline
const LANES: usize = 16; // bytes of four floats

export function add(a: usize, b: usize, out: usize, count: u32): void {
  for (let left = <usize>count; left > 0; left -= min<usize>(left, 4), a += LANES, b += LANES, out += LANES)
    storeSome(out, f32x4.add(loadSome(a, left, 0), loadSome(b, left, 0)), left);
}

export function multiplyNumbers(a: usize, b: usize, out: usize, count: u32): void {
  for (let left = <usize>count; left > 0; left -= min<usize>(left, 4), a += LANES, b += LANES, out += LANES)
    storeSome(out, f32x4.mul(loadSome(a, left, 0), loadSome(b, left, 0)), left);
}

export function scale(a: usize, factor: f32, out: usize, count: u32): void {
  const factors = splat(factor);
  for (let left = <usize>count; left > 0; left -= min<usize>(left, 4), a += LANES, out += LANES)
    storeSome(out, f32x4.mul(loadSome(a, left, 0), factors), left);
}

export const TANH: u32 = 0;
export const SIGMOID: u32 = 1;
export const RELU: u32 = 2;
export const GELU: u32 = 3;
export const GELU_TANH: u32 = 4;

export function activate(kind: u32, x: usize, out: usize, count: u32): void {
  for (let left = <usize>count; left > 0; left -= min<usize>(left, 4), x += LANES, out += LANES)
    storeSome(out, activated(kind, loadSome(x, left, 0)), left);
}

// @ts-ignore: decorator
@inline
function activated(kind: u32, x: v128): v128 {
  if (kind == TANH) return tanhAt(x);
  if (kind == SIGMOID) return sigmoidAt(x);
  if (kind == RELU) return f32x4.pmax(x, splat(0));
  if (kind == GELU) return f32x4.mul(x, normalShare(x));
  return f32x4.mul(x, sigmoidAt(bent(x, f32x4.mul(x, x)))); // (1 + tanh u) / 2 is the sigmoid of 2u
}

/** 2 sqrt(2 / pi) (x + 0.044715 x^3) */
// @ts-ignore: decorator
@inline
function bent(x: v128, square: v128): v128 {
  return f32x4.mul(f32x4.mul(x, splat(1.5957691216)), madd(square, splat(0.044715), splat(1)));
}

export function activateBackward(kind: u32, x: usize, y: usize, gradient: usize, out: usize, count: u32): void {
  for (let left = <usize>count; left > 0; left -= min<usize>(left, 4)) {
    const slope = slopeOf(kind, loadSome(x, left, 0), loadSome(y, left, 0));
    storeSome(out, f32x4.mul(loadSome(gradient, left, 0), slope), left);
    x += LANES;
    y += LANES;
    gradient += LANES;
    out += LANES;
  }
}

// @ts-ignore: decorator
@inline
function slopeOf(kind: u32, x: v128, y: v128): v128 {
  const one = splat(1);
  if (kind == TANH) return f32x4.sub(one, f32x4.mul(y, y));
  if (kind == SIGMOID) return f32x4.mul(y, f32x4.sub(one, y));
  if (kind == RELU) return v128.and(one, f32x4.gt(x, splat(0)));
  if (kind == GELU) return madd(x, normalDensity(x), normalShare(x));
  const square = f32x4.mul(x, x);
  const share = sigmoidAt(bent(x, square));
  const inner = f32x4.mul(splat(1.5957691216), madd(square, splat(3 * 0.044715), one));
  return madd(f32x4.mul(f32x4.mul(x, share), f32x4.sub(one, share)), inner, share);
}

/**
 * Dropout: numbers are multiplied by 0 where their draw (`drawUint32` of kernels/numbers/random.ts, index `first` and up) lies below
 * `threshold`, by `kept` elsewhere.
 */
export function dropout(
  x: usize, out: usize, count: u32, first: f64, threshold: f64, kept: f32, key0: i32, key1: i32,
): void {
  let index = <u64>first;
  const below = <u64>threshold;
  for (let i: u32 = 0; i < count; i++, index++, x += 4, out += 4) {
    const draw = <u32>mix(mix(<i32>index ^ key0) ^ mix(<i32>(index >>> 32) + key1));
    store<f32>(out, <u64>draw < below ? 0 : load<f32>(x) * kept);
  }
}
