/** Rows of matrices. Their rows follow each other without gaps unless steps are given, in bytes. */
import { ln, madd } from "../common/training";
import {
  expAt, highDoubles, largestOf, loadSome, lowDoubles, splat, storeSome, sumOfDoubles,
} from "./functions";

// @ts-ignore: decorator
@inline
const LANES: usize = 16; // bytes of four floats

export function addToRows(a: usize, vector: usize, out: usize, rows: u32, columns: u32): void {
  for (; rows > 0; rows--) {
    let from = vector;
    for (let left = <usize>columns; left > 0; ) {
      const width = min<usize>(left, 4);
      storeSome(out, f32x4.add(loadSome(a, left, 0), loadSome(from, left, 0)), left);
      a += width << 2;
      out += width << 2;
      from += LANES;
      left -= width;
    }
  }
}

/** The sum of the rows, in ascending order, added to `out`. */
export function addRowsTo(a: usize, out: usize, rows: u32, columns: u32): void {
  const step = <usize>columns << 2;
  for (let left = <usize>columns; left > 0; left -= min<usize>(left, 4), a += LANES, out += LANES) {
    let sum = loadSome(out, left, 0);
    let from = a;
    for (let i: u32 = 0; i < rows; i++, from += step) sum = f32x4.add(sum, loadSome(from, left, 0));
    storeSome(out, sum, left);
  }
}

/** Rows of so many bytes from one place to another. */
export function copyRows(from: usize, fromStep: usize, to: usize, toStep: usize, rows: u32, bytes: usize): void {
  for (; rows > 0; rows--, from += fromStep, to += toStep) memory.copy(to, from, bytes);
}

export function gather(table: usize, ids: usize, out: usize, count: u32, columns: u32): void {
  const bytes = <usize>columns << 2;
  for (; count > 0; count--, ids += 4, out += bytes)
    memory.copy(out, table + <usize>load<u32>(ids) * bytes, bytes);
}

/** Row i is added to the row of `table` that ids[i] names, i ascending. */
export function scatter(table: usize, ids: usize, from: usize, count: u32, columns: u32): void {
  const bytes = <usize>columns << 2;
  for (; count > 0; count--, ids += 4) {
    let to = table + <usize>load<u32>(ids) * bytes;
    for (let left = <usize>columns; left > 0; ) {
      const width = min<usize>(left, 4);
      storeSome(to, f32x4.add(loadSome(to, left, 0), loadSome(from, left, 0)), left);
      to += width << 2;
      from += width << 2;
      left -= width;
    }
  }
}

/** `kept` has the mean and 1 / sqrt(variance + epsilon) of each row; both are summed in double precision. */
export function layerNorm(
  x: usize, gain: usize, bias: usize, epsilon: f64, out: usize, kept: usize, rows: u32, columns: u32,
): void {
  const bytes = <usize>columns << 2;
  for (; rows > 0; rows--, x += bytes, out += bytes, kept += 8) {
    let sums = splat(0);
    for (let at: usize = 0; at < bytes; at += LANES) {
      const part = loadSome(x + at, (bytes - at) >> 2, 0);
      sums = f64x2.add(sums, f64x2.add(lowDoubles(part), highDoubles(part)));
    }
    const mean = <f32>(sumOfDoubles(sums) / <f64>columns);
    const means = splat(mean);
    sums = splat(0);
    for (let at: usize = 0; at < bytes; at += LANES) {
      const part = f32x4.sub(loadSome(x + at, (bytes - at) >> 2, mean), means);
      const low = lowDoubles(part);
      const high = highDoubles(part);
      sums = f64x2.add(sums, f64x2.add(f64x2.mul(low, low), f64x2.mul(high, high)));
    }
    const inverse = <f32>(1 / sqrt<f64>(sumOfDoubles(sums) / <f64>columns + epsilon));
    const inverses = splat(inverse);
    for (let at: usize = 0; at < bytes; at += LANES) {
      const left = (bytes - at) >> 2;
      const normed = f32x4.mul(f32x4.sub(loadSome(x + at, left, 0), means), inverses);
      storeSome(out + at, madd(normed, loadSome(gain + at, left, 0), loadSome(bias + at, left, 0)), left);
    }
    store<f32>(kept, mean);
    store<f32>(kept, inverse, 4);
  }
}

/** Gradients of gain and bias are added to what is there. */
export function layerNormBackward(
  x: usize, gain: usize, kept: usize, gradient: usize,
  out: usize, gainGradient: usize, biasGradient: usize, rows: u32, columns: u32,
): void {
  const bytes = <usize>columns << 2;
  for (; rows > 0; rows--, x += bytes, out += bytes, gradient += bytes, kept += 8) {
    const means = v128.load32_splat(kept);
    const inverses = v128.load32_splat(kept, 4);
    let sums = splat(0);
    let products = splat(0);
    for (let at: usize = 0; at < bytes; at += LANES) {
      const left = (bytes - at) >> 2;
      const slope = loadSome(gradient + at, left, 0);
      const normed = f32x4.mul(f32x4.sub(loadSome(x + at, left, 0), means), inverses);
      const gained = f32x4.mul(slope, normed);
      storeSome(gainGradient + at, f32x4.add(loadSome(gainGradient + at, left, 0), gained), left);
      storeSome(biasGradient + at, f32x4.add(loadSome(biasGradient + at, left, 0), slope), left);
      const inner = f32x4.mul(slope, loadSome(gain + at, left, 0));
      const product = f32x4.mul(inner, normed);
      sums = f64x2.add(sums, f64x2.add(lowDoubles(inner), highDoubles(inner)));
      products = f64x2.add(products, f64x2.add(lowDoubles(product), highDoubles(product)));
    }
    const mean = splat(<f32>(sumOfDoubles(sums) / <f64>columns));
    const along = splat(<f32>(sumOfDoubles(products) / <f64>columns));
    for (let at: usize = 0; at < bytes; at += LANES) {
      const left = (bytes - at) >> 2;
      const normed = f32x4.mul(f32x4.sub(loadSome(x + at, left, 0), means), inverses);
      const inner = f32x4.mul(loadSome(gradient + at, left, 0), loadSome(gain + at, left, 0));
      const slope = f32x4.sub(f32x4.sub(inner, mean), f32x4.mul(normed, along));
      storeSome(out + at, f32x4.mul(slope, inverses), left);
    }
  }
}

/** Bytes of a row that whole vectors cover. */
// @ts-ignore: decorator
@inline
function wholeOf(bytes: usize): usize {
  return bytes & ~(LANES - 1);
}

// @ts-ignore: decorator
@inline
function largestOfRow(x: usize, bytes: usize): f32 {
  let largest = splat(-f32.MAX_VALUE);
  let at: usize = 0;
  for (; at < wholeOf(bytes); at += LANES) largest = f32x4.pmax(largest, v128.load(x + at));
  if (at < bytes) largest = f32x4.pmax(largest, loadSome(x + at, (bytes - at) >> 2, -f32.MAX_VALUE));
  return largestOf(largest);
}

/** e^(factor (x - largest)) of a row; tells the sum, in double precision. */
// @ts-ignore: decorator
@inline
function powersOfRow(x: usize, out: usize, bytes: usize, largest: f32, factor: f32): f64 {
  const most = splat(largest);
  const factors = splat(factor);
  let even = splat(0);
  let odd = splat(0);
  let at: usize = 0;
  for (; at < wholeOf(bytes); at += LANES) {
    const power = expAt(f32x4.mul(f32x4.sub(v128.load(x + at), most), factors));
    v128.store(out + at, power);
    even = f64x2.add(even, lowDoubles(power));
    odd = f64x2.add(odd, highDoubles(power));
  }
  if (at < bytes) {
    const left = (bytes - at) >> 2;
    const all = expAt(f32x4.mul(f32x4.sub(loadSome(x + at, left, largest), most), factors));
    storeSome(out + at, all, left);
    const power = v128.and(all, firstLanes(<i32>left));
    even = f64x2.add(even, lowDoubles(power));
    odd = f64x2.add(odd, highDoubles(power));
  }
  return sumOfDoubles(f64x2.add(even, odd));
}

// @ts-ignore: decorator
@inline
function firstLanes(count: i32): v128 {
  return i32x4.lt_s(i32x4(0, 1, 2, 3), i32x4.splat(count));
}

// @ts-ignore: decorator
@inline
function scaleRow(x: usize, bytes: usize, factor: f32): void {
  const factors = splat(factor);
  let at: usize = 0;
  for (; at < wholeOf(bytes); at += LANES) v128.store(x + at, f32x4.mul(v128.load(x + at), factors));
  const left = (bytes - at) >> 2;
  if (left > 0) storeSome(x + at, f32x4.mul(loadSome(x + at, left, 0), factors), left);
}

/** softmax(factor x) of a row, whose place may be that of x. */
export function softmaxRow(x: usize, out: usize, columns: u32, factor: f32): void {
  const bytes = <usize>columns << 2;
  const sum = powersOfRow(x, out, bytes, largestOfRow(x, bytes), factor);
  scaleRow(out, bytes, <f32>(1 / sum));
}

export function softmax(x: usize, out: usize, rows: u32, columns: u32): void {
  const bytes = <usize>columns << 2;
  for (; rows > 0; rows--, x += bytes, out += bytes) softmaxRow(x, out, columns, 1);
}

/** Losses of rows in nats, from sums in double precision; the gradient takes the place of the logits. */
export function crossEntropy(
  logits: usize, targets: usize, losses: usize, factor: f64, rows: u32, columns: u32,
): void {
  const bytes = <usize>columns << 2;
  for (; rows > 0; rows--, logits += bytes, targets += 4, losses += 4) {
    const target = load<i32>(targets);
    if (target < 0) {
      memory.fill(logits, 0, bytes);
      store<f32>(losses, 0);
      continue;
    }
    const place = logits + (<usize>target << 2);
    const largest = largestOfRow(logits, bytes);
    const above = <f64>largest - <f64>load<f32>(place);
    const sum = powersOfRow(logits, logits, bytes, largest, 1);
    scaleRow(logits, bytes, <f32>(factor / sum));
    store<f32>(losses, <f32>(ln(sum) + above));
    store<f32>(place, load<f32>(place) - <f32>factor);
  }
}

/** The largest number of each column in each group of `length` rows, the first of equal ones, and the row in its group that it is in. */
export function maxOfGroups(x: usize, out: usize, winners: usize, groups: u32, length: u32, columns: u32): void {
  const bytes = <usize>columns << 2;
  for (; groups > 0; groups--, x += bytes * <usize>length, out += bytes, winners += bytes)
    for (let j: usize = 0; j < bytes; j += LANES) {
      const left = (bytes - j) >> 2;
      let largest = loadSome(x + j, left, 0);
      let winner = splat(0);
      let from = x + j + bytes;
      for (let i: u32 = 1; i < length; i++, from += bytes) {
        const value = loadSome(from, left, 0);
        const wins = f32x4.gt(value, largest);
        largest = v128.bitselect(value, largest, wins);
        winner = v128.bitselect(i32x4.splat(i), winner, wins);
      }
      storeSome(out + j, largest, left);
      storeSome(winners + j, winner, left);
    }
}

/** `out` holds zeros. */
export function maxOfGroupsBackward(
  gradient: usize, winners: usize, out: usize, groups: u32, length: u32, columns: u32,
): void {
  const bytes = <usize>columns << 2;
  for (; groups > 0; groups--, out += bytes * <usize>length, gradient += bytes, winners += bytes)
    for (let j: usize = 0; j < bytes; j += 4)
      store<f32>(out + <usize>load<u32>(winners + j) * bytes + j, load<f32>(gradient + j));
}

/** Windows of `width` rows of each group of `length` rows. */
export function windows(x: usize, out: usize, groups: u32, length: u32, width: u32, columns: u32): void {
  const bytes = <usize>columns << 2;
  const window = bytes * <usize>width;
  for (; groups > 0; groups--, x += bytes * <usize>length) {
    let from = x;
    for (let i = length - width + 1; i > 0; i--, from += bytes, out += window) memory.copy(out, from, window);
  }
}

/** Adds to `out`, windows ascending. */
export function windowsBackward(
  gradient: usize, out: usize, groups: u32, length: u32, width: u32, columns: u32,
): void {
  const bytes = <usize>columns << 2;
  for (; groups > 0; groups--, out += bytes * <usize>length) {
    let to = out;
    for (let i = length - width + 1; i > 0; i--, to += bytes) {
      for (let at: usize = 0; at < bytes * <usize>width; at += LANES) {
        const left = (bytes * <usize>width - at) >> 2;
        storeSome(to + at, f32x4.add(loadSome(to + at, left, 0), loadSome(gradient + at, left, 0)), left);
      }
      gradient += bytes * <usize>width;
    }
  }
}
