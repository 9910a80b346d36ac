/** Steps on flat arrays of values and gradients. Any cut into pieces gives the same bytes. */
import { madd } from "../common/training";
import { highDoubles, loadSome, lowDoubles, splat, storeSome, sumOfDoubles } from "./functions";

// @ts-ignore: decorator
@inline
const LANES: usize = 16; // bytes of four floats

/** The sum of squares, in double precision. */
export function squaredNorm(x: usize, count: u32): f64 {
  let even = splat(0);
  let odd = splat(0);
  for (let left = <usize>count; left > 0; left -= min<usize>(left, 4), x += LANES) {
    const part = loadSome(x, left, 0);
    const low = lowDoubles(part);
    const high = highDoubles(part);
    even = f64x2.add(even, f64x2.mul(low, low));
    odd = f64x2.add(odd, f64x2.mul(high, high));
  }
  return sumOfDoubles(f64x2.add(even, odd));
}

/**
 * AdamW (Loshchilov and Hutter 2019), the gradient times `factor`: `stepSize` = rate / (1 - beta1^t), `widening` = 1 / sqrt(1 - beta2^t),
 * `shrink` = 1 - rate decay.
 */
export function adamW(
  values: usize, gradients: usize, firsts: usize, seconds: usize, count: u32,
  factor: f32, beta1: f64, beta2: f64, epsilon: f32, stepSize: f32, widening: f32, shrink: f32,
): void {
  const factors = splat(factor);
  const beta1s = splat(<f32>beta1);
  const rest1 = splat(<f32>(1 - beta1)); // rounded once: 1 - 0.999 in single precision is off by 1e-5 of it
  const beta2s = splat(<f32>beta2);
  const rest2 = splat(<f32>(1 - beta2));
  for (let left = <usize>count; left > 0; left -= min<usize>(left, 4)) {
    const gradient = f32x4.mul(loadSome(gradients, left, 0), factors);
    const first = madd(beta1s, loadSome(firsts, left, 0), f32x4.mul(rest1, gradient));
    const square = f32x4.mul(gradient, gradient);
    const second = madd(beta2s, loadSome(seconds, left, 0), f32x4.mul(rest2, square));
    const size = madd(f32x4.sqrt(second), splat(widening), splat(epsilon));
    const step = f32x4.div(f32x4.mul(first, splat(stepSize)), size);
    storeSome(firsts, orZero(first, 1e-30), left);
    storeSome(seconds, orZero(second, 1e-36), left);
    storeSome(values, f32x4.sub(f32x4.mul(loadSome(values, left, 0), splat(shrink)), step), left);
    values += LANES;
    gradients += LANES;
    firsts += LANES;
    seconds += LANES;
  }
}

/** 0 for what is smaller than `least`: moments of rows that are not seen any more would shrink to denormal numbers, which are slow. */
// @ts-ignore: decorator
@inline
function orZero(x: v128, least: f32): v128 {
  return v128.andnot(x, f32x4.lt(f32x4.abs(x), splat(least)));
}

/** values -= rate (factor gradients). */
export function sgd(values: usize, gradients: usize, count: u32, factor: f32, rate: f32): void {
  const factors = splat(factor);
  const rates = splat(-rate);
  for (let left = <usize>count; left > 0; left -= min<usize>(left, 4), values += LANES, gradients += LANES) {
    const gradient = f32x4.mul(loadSome(gradients, left, 0), factors);
    storeSome(values, madd(rates, gradient, loadSome(values, left, 0)), left);
  }
}
