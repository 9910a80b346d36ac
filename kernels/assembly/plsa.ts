/**
 * The steps of `kernels/topics/plsa.ts` in single precision, four topics at a time. Equations are told there.
 *
 * A row of topics takes `rowBytes`, K floats rounded up to a multiple of 4; the places beyond K stay 0. Of a block of documents lie in memory
 * `offsets` (u32), where the cells of each begin, their `terms` (u32) and `values` (f32), and a row of topics for each document.
 */

export let rowBytes: usize = 0;
export let offsets: usize = 0;
export let terms: usize = 0;
export let values: usize = 0;
/** Topics of the documents of the block, a row each. */
export let theta: usize = 0;
/** A row a term. */
export let phi: usize = 0;
/** A row a term: sums over documents. */
export let sums: usize = 0;
/** A row that is used in between. */
export let row: usize = 0;
/** Tokens of each topic (f64, rounded up to a multiple of 4). */
export let mass: usize = 0;

const LANES: usize = 16; // bytes of four floats

/** A token that is less probable says nothing: its share of the sums would leave single precision. */
const LEAST: f32 = 1e-30;

// @ts-ignore: decorator
@inline
function added(x: v128): f32 {
  return (f32x4.extract_lane(x, 0) + f32x4.extract_lane(x, 1)) + (f32x4.extract_lane(x, 2) + f32x4.extract_lane(x, 3));
}

// @ts-ignore: decorator
@inline
function dot(a: usize, b: usize): f32 {
  let even = f32x4.splat(0);
  let odd = f32x4.splat(0);
  let at: usize = 0;
  for (; at + 2 * LANES <= rowBytes; at += 2 * LANES) {
    even = f32x4.add(even, f32x4.mul(v128.load(a + at), v128.load(b + at)));
    odd = f32x4.add(odd, f32x4.mul(v128.load(a + at, 16), v128.load(b + at, 16)));
  }
  if (at < rowBytes) even = f32x4.add(even, f32x4.mul(v128.load(a + at), v128.load(b + at)));
  return added(f32x4.add(even, odd));
}

/** Adds `factor` times a row to another. */
// @ts-ignore: decorator
@inline
function addTo(into: usize, factor: f32, from: usize): void {
  const factors = f32x4.splat(factor);
  for (let at: usize = 0; at < rowBytes; at += LANES)
    v128.store(into + at, f32x4.add(v128.load(into + at), f32x4.mul(factors, v128.load(from + at))));
}

/** ln x = k ln 2 + 2 atanh((m - 1) / (m + 1)), x = 2^k m, 1 <= m < 2, within 1e-9. */
// @ts-ignore: decorator
@inline
function ln(x: f64): f64 {
  const bits = reinterpret<u64>(x);
  const k = <f64>(<i32>(bits >>> 52) - 1023);
  const m = reinterpret<f64>((bits & 0x000fffffffffffff) | 0x3ff0000000000000);
  const s = (m - 1) / (m + 1);
  const square = s * s;
  let series = square * (1.0 / 15) + 1.0 / 13;
  series = series * square + 1.0 / 11;
  series = series * square + 1.0 / 9;
  series = series * square + 1.0 / 7;
  series = series * square + 1.0 / 5;
  series = series * square + 1.0 / 3;
  return k * 0.6931471805599453 + 2 * s * (1 + series * square);
}

// @ts-ignore: decorator
@inline
function phiOf(cell: u32): usize {
  return phi + <usize>load<u32>(terms + (<usize>cell << 2)) * rowBytes;
}

// @ts-ignore: decorator
@inline
function valueOf(cell: u32): f32 {
  return load<f32>(values + (<usize>cell << 2));
}

/** The topics of each of `count` documents, from those it has; adds its tokens to `mass`. One that has no cell keeps its own. */
export function stepTopics(count: u32): void {
  for (let d: u32 = 0; d < count; d++) {
    const first = load<u32>(offsets + (<usize>d << 2));
    const last = load<u32>(offsets + (<usize>(d + 1) << 2));
    const own = theta + <usize>d * rowBytes;
    if (first == last) continue;
    memory.fill(row, 0, rowBytes);
    let tokens: f64 = 0;
    for (let cell = first; cell < last; cell++) {
      const probability = dot(own, phiOf(cell));
      tokens += <f64>valueOf(cell);
      if (probability > LEAST) addTo(row, valueOf(cell) / probability, phiOf(cell));
    }
    let whole: f64 = 0;
    for (let at: usize = 0; at < rowBytes; at += 4) {
      const share = load<f32>(own + at) * load<f32>(row + at);
      store<f32>(own + at, share);
      whole += <f64>share;
    }
    if (!(whole > 0)) continue;
    const scale = <f32>(1 / whole);
    for (let at: usize = 0; at < rowBytes; at += 4) {
      const share = load<f32>(own + at) * scale;
      store<f32>(own + at, share);
      const sum = mass + 2 * at;
      store<f64>(sum, load<f64>(sum) + tokens * <f64>share);
    }
  }
}

/** Adds what each of `count` documents says of its terms to `sums`. Returns -ln of the probability of its tokens. */
export function stepTerms(count: u32): f64 {
  let loss: f64 = 0;
  for (let d: u32 = 0; d < count; d++) {
    const last = load<u32>(offsets + (<usize>(d + 1) << 2));
    const own = theta + <usize>d * rowBytes;
    for (let cell = load<u32>(offsets + (<usize>d << 2)); cell < last; cell++) {
      const probability = dot(own, phiOf(cell));
      loss -= <f64>valueOf(cell) * logarithm(probability);
      if (probability > LEAST) addTo(sums + (phiOf(cell) - phi), valueOf(cell) / probability, own);
    }
  }
  return loss;
}

/** -ln of the probability of the tokens of `count` documents. */
export function lossOf(count: u32): f64 {
  let loss: f64 = 0;
  for (let d: u32 = 0; d < count; d++) {
    const last = load<u32>(offsets + (<usize>(d + 1) << 2));
    for (let cell = load<u32>(offsets + (<usize>d << 2)); cell < last; cell++)
      loss -= <f64>valueOf(cell) * logarithm(dot(theta + <usize>d * rowBytes, phiOf(cell)));
  }
  return loss;
}

// @ts-ignore: decorator
@inline
function logarithm(probability: f32): f64 {
  return ln(max(<f64>probability, <f64>LEAST));
}

/** Multiplies the rows of `count` terms with their sums, which become 0, into `into`. Adds each topic's whole to the numbers at `wholes` (f64). */
export function multiplyTerms(count: u32, into: usize, wholes: usize): void {
  const bytes = <usize>count * rowBytes;
  for (let start: usize = 0; start < bytes; start += rowBytes) {
    for (let at: usize = 0; at < rowBytes; at += 4) {
      const product = load<f32>(phi + start + at) * load<f32>(sums + start + at);
      store<f32>(into + start + at, product);
      const whole = wholes + 2 * at;
      store<f64>(whole, load<f64>(whole) + <f64>product);
    }
  }
  memory.fill(sums, 0, bytes);
}

/** Multiplies `count` rows with the row at `factors`. */
export function scaleRows(count: u32, first: usize, factors: usize): void {
  const end = first + <usize>count * rowBytes;
  for (let start = first; start < end; start += rowBytes)
    for (let at: usize = 0; at < rowBytes; at += LANES)
      v128.store(start + at, f32x4.mul(v128.load(start + at), v128.load(factors + at)));
}

/** e^x = 2^k e^r, |r| <= ln(2) / 2, within 1e-9; for -700 <= x <= 0. */
// @ts-ignore: decorator
@inline
function exp(x: f64): f64 {
  const k = nearest(x * 1.4426950408889634);
  const r = x - k * 0.6931471805599453;
  let series = 1.0 + r * (1.0 / 9);
  series = 1.0 + r * (1.0 / 8) * series;
  series = 1.0 + r * (1.0 / 7) * series;
  series = 1.0 + r * (1.0 / 6) * series;
  series = 1.0 + r * (1.0 / 5) * series;
  series = 1.0 + r * (1.0 / 4) * series;
  series = 1.0 + r * (1.0 / 3) * series;
  series = 1.0 + r * (1.0 / 2) * series;
  series = 1.0 + r * series;
  return series * reinterpret<f64>((<u64>(<i64>k + 1023)) << 52);
}

/** Raises the probabilities of `count` rows to a power of at most 1. */
export function temperRows(count: u32, from: usize, into: usize, power: f64): void {
  const bytes = <usize>count * rowBytes;
  for (let at: usize = 0; at < bytes; at += 4) {
    const probability = load<f32>(from + at);
    store<f32>(into + at, probability > 0 ? <f32>exp(power * ln(<f64>probability)) : 0);
  }
}
