/** What the kernels of models share: arithmetic on four numbers at a time, and how threads that train as one wait for each other. */

// @ts-ignore: decorator
@inline
export function madd(a: v128, b: v128, sum: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f32x4.relaxed_madd(a, b, sum);
  return f32x4.add(f32x4.mul(a, b), sum);
}

// The finaliser of kernels/random.ts.
// @ts-ignore: decorator
@inline
export function mix(value: i32): i32 {
  let h = value;
  h = (h ^ (h >>> 16)) * 0x21f0aaad;
  h = (h ^ (h >>> 15)) * 0x735a2d97;
  return h ^ (h >>> 15);
}

/** The draw of the same name in kernels/numbers/random.ts. */
// @ts-ignore: decorator
@inline
export function drawUint32(index: u64, key0: i32, key1: i32): u32 {
  return <u32>mix(mix(<i32>index ^ key0) ^ mix(<i32>(index >>> 32) + key1));
}

// @ts-ignore: decorator
@inline
export function multiplied(x: v128): f64 {
  return (
    <f64>f32x4.extract_lane(x, 0) *
    <f64>f32x4.extract_lane(x, 1) *
    <f64>f32x4.extract_lane(x, 2) *
    <f64>f32x4.extract_lane(x, 3)
  );
}

// @ts-ignore: decorator
@inline
export function added(x: v128): f64 {
  return (
    <f64>f32x4.extract_lane(x, 0) +
    <f64>f32x4.extract_lane(x, 1) +
    <f64>f32x4.extract_lane(x, 2) +
    <f64>f32x4.extract_lane(x, 3)
  );
}

/** ln(2^k m) = k ln 2 + 2 atanh((m - 1) / (m + 1)), 1 <= m < 2; for x >= 1. */
export function ln(x: f64): f64 {
  const bits = reinterpret<u64>(x);
  const k = <f64>(<i32>(bits >>> 52) - 1023);
  const m = reinterpret<f64>((bits & 0x000fffffffffffff) | 0x3ff0000000000000);
  const s = (m - 1) / (m + 1);
  const square = s * s;
  let series: f64 = 1.0 / 15;
  for (let n: f64 = 13; n > 0; n -= 2) series = series * square + 1 / n;
  return k * 0.6931471805599453 + 2 * s * series;
}

/** e^x = 2^k e^r by seven terms of the power series, |r| <= ln(2) / 2; for -87 <= x <= 0. */
// @ts-ignore: decorator
@inline
export function exp(x: v128): v128 {
  const k = f32x4.nearest(f32x4.mul(x, f32x4.splat(1.44269504)));
  // ln 2 in two parts, the first short enough that its product with k is exact
  let r = madd(k, f32x4.splat(-0.693359375), x);
  r = madd(k, f32x4.splat(2.12194440e-4), r);
  let series = f32x4.splat(1.0 / 720);
  series = madd(series, r, f32x4.splat(1.0 / 120));
  series = madd(series, r, f32x4.splat(1.0 / 24));
  series = madd(series, r, f32x4.splat(1.0 / 6));
  series = madd(series, r, f32x4.splat(0.5));
  series = madd(series, r, f32x4.splat(1));
  series = madd(series, r, f32x4.splat(1));
  const power = i32x4.shl(i32x4.add(i32x4.trunc_sat_f32x4_s(k), i32x4.splat(127)), 23);
  return f32x4.mul(series, power);
}

const LINE: usize = 64; // bytes of a cache line

/** Publishes this worker's partial scores of exchange number `target` and waits for those of the others: a short spin, then sleep. */
export function exchange(turns: usize, workers: u32, worker: u32, target: u32): void {
  const mine = turns + <usize>worker * LINE;
  atomic.store<u32>(mine, target);
  if (atomic.load<u32>(mine, 4) > 0) atomic.notify(mine, -1);
  for (let other: u32 = 0; other < workers; other++) {
    if (other == worker) continue;
    const theirs = turns + <usize>other * LINE;
    for (let spin: u32 = 0; spin < 4000; spin++) if (<i32>(atomic.load<u32>(theirs) - target) >= 0) break;
    if (<i32>(atomic.load<u32>(theirs) - target) >= 0) continue;
    atomic.add<u32>(theirs, 1, 4);
    for (;;) {
      const seen = atomic.load<u32>(theirs);
      if (<i32>(seen - target) >= 0) break;
      atomic.wait<u32>(theirs, seen, -1);
    }
    atomic.sub<u32>(theirs, 1, 4);
  }
}
