/**
 * The steps of `kernels/glove.ts` in single precision, four numbers at a time. Equations and their deviations are told there.
 *
 * A term's row is [vector: P floats, their rates: P floats, bias, its sum of squares, 0, 0], P being D rounded up to a multiple of 4;
 * the places beyond D stay 0. A rate is 1 / sqrt(G), the inverse root of AdaGrad's sum of squares. A cell is [row in tile << 16 | column in tile: u32, ln x: f32].
 */

const LANES = 16; // bytes of four floats

/** The cell at which `steps` stopped, or -1. */
export let brokenCell: i32 = -1;

/** f(x) = e^min(0, exponent (ln x - ln xMax)) of `count` cells; both places are read and written up to a multiple of 4. */
export function importance(cells: usize, count: i32, exponent: f32, logMax: f32, out: usize): void {
  const end = out + (<usize>count << 2);
  for (; out < end; out += LANES, cells += 2 * LANES) {
    const logs = v128.shuffle<f32>(v128.load(cells), v128.load(cells, LANES), 1, 3, 5, 7);
    const power = f32x4.mul(f32x4.splat(exponent), f32x4.sub(logs, f32x4.splat(logMax)));
    v128.store(out, exp(f32x4.max(f32x4.min(power, f32x4.splat(0)), f32x4.splat(-87))));
  }
}

/** e^x = 2^k e^r by seven terms of the power series, |r| <= ln(2) / 2; for -87 <= x <= 0. */
// @ts-ignore: decorator
@inline
function exp(x: v128): v128 {
  const k = f32x4.nearest(f32x4.mul(x, f32x4.splat(1.44269504)));
  // ln 2 in two parts, the first short enough that its product with k is exact
  let r = f32x4.sub(x, f32x4.mul(k, f32x4.splat(0.693359375)));
  r = f32x4.sub(r, f32x4.mul(k, f32x4.splat(-2.12194440e-4)));
  let series = f32x4.splat(1.0 / 5040);
  series = f32x4.add(f32x4.mul(series, r), f32x4.splat(1.0 / 720));
  series = f32x4.add(f32x4.mul(series, r), f32x4.splat(1.0 / 120));
  series = f32x4.add(f32x4.mul(series, r), f32x4.splat(1.0 / 24));
  series = f32x4.add(f32x4.mul(series, r), f32x4.splat(1.0 / 6));
  series = f32x4.add(f32x4.mul(series, r), f32x4.splat(0.5));
  series = f32x4.add(f32x4.mul(series, r), f32x4.splat(1));
  series = f32x4.add(f32x4.mul(series, r), f32x4.splat(1));
  const power = i32x4.shl(i32x4.add(i32x4.trunc_sat_f32x4_s(k), i32x4.splat(127)), 23);
  return f32x4.mul(series, power);
}

/**
 * Trains on `count` cells of one tile, whose rows begin at `words` and whose columns begin at `contexts`. Returns their loss; stops
 * at the first cell whose difference is not finite.
 */
export function steps(
  cells: usize,
  importances: usize,
  count: i32,
  words: usize,
  contexts: usize,
  rowBytes: usize,
  vectorBytes: usize,
  learningRate: f32,
): f64 {
  let loss: f64 = 0;
  brokenCell = -1;
  for (let n: i32 = 0; n < count; n++, cells += 8, importances += 4) {
    const packed = load<u32>(cells);
    const word = words + <usize>(packed >>> 16) * rowBytes;
    const context = contexts + <usize>(packed & 0xffff) * rowBytes;
    const bias = vectorBytes << 1;
    const difference =
      dot(word, context, vectorBytes) + load<f32>(word + bias) + load<f32>(context + bias) - load<f32>(cells, 4);
    if (!(abs(difference) < f32.MAX_VALUE)) {
      brokenCell = n;
      return loss;
    }
    const slope = load<f32>(importances) * difference;
    loss += 0.5 * <f64>slope * <f64>difference;
    update(word, context, vectorBytes, f32x4.splat(learningRate * slope));
    adaGrad(word + bias, slope);
    adaGrad(context + bias, slope);
  }
  return loss;
}

// @ts-ignore: decorator
@inline
function dot(word: usize, context: usize, bytes: usize): f32 {
  let sum0 = f32x4.splat(0);
  let sum1 = f32x4.splat(0);
  let at: usize = 0;
  for (; at + 2 * LANES <= bytes; at += 2 * LANES) {
    sum0 = f32x4.add(sum0, f32x4.mul(v128.load(word + at), v128.load(context + at)));
    sum1 = f32x4.add(sum1, f32x4.mul(v128.load(word + at, LANES), v128.load(context + at, LANES)));
  }
  if (at < bytes) sum0 = f32x4.add(sum0, f32x4.mul(v128.load(word + at), v128.load(context + at)));
  const sum = f32x4.add(sum0, sum1);
  return (
    f32x4.extract_lane(sum, 0) + f32x4.extract_lane(sum, 1) + f32x4.extract_lane(sum, 2) + f32x4.extract_lane(sum, 3)
  );
}

/** AdaGrad of both rows; eight numbers at a time take a tenth less time than four. */
// @ts-ignore: decorator
@inline
function update(word: usize, context: usize, bytes: usize, scaledSlope: v128): void {
  const wordRates = word + bytes;
  const contextRates = context + bytes;
  let at: usize = 0;
  for (; at + LANES < bytes; at += 2 * LANES) {
    const next = at + LANES;
    updateFour(word + at, context + at, wordRates + at, contextRates + at, scaledSlope);
    updateFour(word + next, context + next, wordRates + next, contextRates + next, scaledSlope);
  }
  if (at < bytes) updateFour(word + at, context + at, wordRates + at, contextRates + at, scaledSlope);
}

// @ts-ignore: decorator
@inline
function updateFour(word: usize, context: usize, wordRates: usize, contextRates: usize, scaledSlope: v128): void {
  const w = v128.load(word);
  const c = v128.load(context);
  const wordRate = v128.load(wordRates);
  const contextRate = v128.load(contextRates);
  const wordStep = f32x4.mul(f32x4.mul(scaledSlope, c), wordRate);
  const contextStep = f32x4.mul(f32x4.mul(scaledSlope, w), contextRate);
  v128.store(word, f32x4.sub(w, wordStep));
  v128.store(context, f32x4.sub(c, contextStep));
  v128.store(wordRates, rateAfter(wordRate, wordStep));
  v128.store(contextRates, rateAfter(contextRate, contextStep));
}

/**
 * 1 / sqrt(G + g^2) from 1 / sqrt(G) and the step s = g / sqrt(G): divided by sqrt(1 + s^2), which one step of Newton's method makes
 * 1 - s^2 / 2, without the unit of the processor that divides and finds roots. Its error is 3/8 s^4, and steps are far below 1; where
 * they are not, the rate is halved.
 */
// @ts-ignore: decorator
@inline
function rateAfter(rate: v128, step: v128): v128 {
  const half = f32x4.splat(0.5);
  return f32x4.sub(rate, f32x4.mul(rate, f32x4.pmin(f32x4.mul(f32x4.mul(step, step), half), half)));
}

// @ts-ignore: decorator
@inline
function adaGrad(at: usize, gradient: f32): void {
  const squares = load<f32>(at, 4);
  store<f32>(at, load<f32>(at) - gradient / sqrt<f32>(squares));
  store<f32>(at, squares + gradient * gradient, 4);
}
