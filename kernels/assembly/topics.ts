/**
 * `kernels/topics/variationalTrainer.ts` in single precision, four numbers at a time; the equations are told there. One instance of this module is one
 * worker; all share one memory. Rows have K floats, rounded up to a multiple of 4 with zeros.
 *
 * Rows of e^E[ln beta] and e^E[ln theta] are relative to their largest exponent: a factor that a whole row shares cancels in every equation, and without
 * it rows of small numbers would vanish.
 */
import { exp, ln, madd } from "./common/training";

const LANES: usize = 16; // bytes of four floats
const LEAST: f32 = 1e-30;
/** Shares below e^-30 of the largest one count as that: their products stay above what processors compute slowly, denormal numbers. */
const LEAST_EXPONENT: f32 = -30;

// Set by the host before a call. Addresses and sizes are in bytes.
export let rowBytes: usize = 0;
export let topics: u32 = 0;
export let iterations: u32 = 0;
/** Moves of a whole row at which a document is done. */
export let tolerance: f32 = 0;
export let prior: f32 = 0;
/** Weights above the prior by term, and at which product of decays each row was written: f64. */
export let weights: usize = 0;
export let written: usize = 0;
/** 1 / e^psi(sum of a topic's weights), and the prior of topics. */
export let norms: usize = 0;
export let alpha: usize = 0;
/** Sum of the prior of topics. */
export let alphaSum: f64 = 0;
/** Of the mini-batch: its terms, their rows of e^E[ln beta], and the exponents that these lack. */
export let terms: usize = 0;
export let betas: usize = 0;
export let betaExponents: usize = 0;
/** Where documents begin among the cells, the place of each cell's term in `terms`, its count, and its count over its norm. */
export let offsets: usize = 0;
export let cellTerms: usize = 0;
export let counts: usize = 0;
export let ratios: usize = 0;
/** By document: e^E[ln theta], gamma, loss: f64. */
export let thetas: usize = 0;
export let gammas: usize = 0;
export let losses: usize = 0;
/** The cells of each term, documents ascending: where they begin, the document and the number of each. */
export let columns: usize = 0;
export let columnCells: usize = 0;
/** Sums over the terms of each block. */
export let blockSums: usize = 0;
/** This worker's own memory: sums of a document, and copies of its rows. */
export let sums: usize = 0;
export let copies: usize = 0;
/** The product of all decays, before and after the step. */
export let product: f64 = 1;
export let nextProduct: f64 = 1;
/** What the statistics of the mini-batch count in the weights. */
export let gain: f32 = 0;

/** Whether `madd` rounds once: of x = 1 + 2^-23, the square of x has a bit that is lost otherwise. */
export function fuses(x: f32): bool {
  const square = f32x4.splat(x);
  return f32x4.extract_lane(madd(square, square, f32x4.splat(-(x * x))), 0) != 0;
}

// @ts-ignore: decorator
@inline
function shift(x: v128): v128 {
  const next = f32x4.add(x, f32x4.splat(1));
  const product = f32x4.mul(f32x4.mul(x, next), f32x4.add(x, f32x4.splat(2)));
  const sum = madd(f32x4.mul(x, f32x4.splat(3)), f32x4.add(x, f32x4.splat(2)), f32x4.splat(2));
  return f32x4.div(sum, product);
}

// @ts-ignore: decorator
@inline
function series(x: v128): v128 {
  const z = f32x4.add(x, f32x4.splat(2.5));
  const inverse = f32x4.div(f32x4.splat(1), z);
  const square = f32x4.mul(inverse, inverse);
  let sum = madd(square, f32x4.splat(10313.0 / 2903040), f32x4.splat(-37.0 / 5760));
  sum = madd(square, sum, f32x4.splat(1.0 / 24));
  return madd(inverse, sum, z);
}

// @ts-ignore: decorator
@inline
function least(x: v128): f32 {
  return min(
    min(f32x4.extract_lane(x, 0), f32x4.extract_lane(x, 1)),
    min(f32x4.extract_lane(x, 2), f32x4.extract_lane(x, 3)),
  );
}

/** The rows of e^E[ln beta] of some of the terms. */
export function refresh(from: u32, to: u32): void {
  const eta = f32x4.splat(prior);
  for (let u = from; u < to; u++) {
    const term = <usize>load<u32>(terms + (<usize>u << 2));
    const row = weights + term * rowBytes;
    const beta = betas + <usize>u * rowBytes;
    const factor = f32x4.splat(<f32>(product / load<f64>(written + (term << 3))));
    let lowest = f32x4.splat(f32.MAX_VALUE);
    for (let at: usize = 0; at < rowBytes; at += LANES)
      lowest = f32x4.min(lowest, shift(madd(v128.load(row + at), factor, eta)));
    const offset = least(lowest);
    for (let at: usize = 0; at < rowBytes; at += LANES) {
      const x = madd(v128.load(row + at), factor, eta);
      const power = exp(f32x4.max(f32x4.sub(f32x4.splat(offset), shift(x)), f32x4.splat(LEAST_EXPONENT)));
      v128.store(beta + at, f32x4.mul(f32x4.mul(power, series(x)), v128.load(norms + at)));
    }
    store<f32>(betaExponents + (<usize>u << 2), -offset);
  }
}

/** The topics of some of the documents. */
export function infer(from: u32, to: u32): void {
  for (let d = from; d < to; d++) inferDocument(d);
}

function inferDocument(d: u32): void {
  const first = load<u32>(offsets + (<usize>d << 2));
  const n = load<u32>(offsets + (<usize>d << 2), 4) - first;
  const count = counts + (<usize>first << 2);
  const ratio = ratios + (<usize>first << 2);
  const gamma = gammas + <usize>d * rowBytes;
  const theta = thetas + <usize>d * rowBytes;
  copyRows(first, n);
  let total: f32 = 0;
  for (let i: u32 = 0; i < n; i++) total += load<f32>(count + (<usize>i << 2));
  const share = f32x4.splat(total / <f32>topics);
  for (let at: usize = 0; at < rowBytes; at += LANES)
    v128.store(gamma + at, f32x4.add(v128.load(alpha + at), share));
  let exponent: f32 = 0;
  for (let iteration: u32 = 0; iteration < iterations && n > 0; iteration++) {
    exponent = relativeShares(gamma, theta);
    divide(n, theta, count, ratio);
    addRows(n, ratio);
    if (move(gamma, theta) < tolerance) break;
  }
  store<f64>(losses + (<usize>d << 3), lossOf(first, n, <f64>total, <f64>exponent));
}

/** The rows of a document's terms, one behind the other, up to a multiple of four with zeros. */
function copyRows(first: u32, n: u32): void {
  let to = copies;
  for (let i: u32 = 0; i < n; i++, to += rowBytes) {
    const from = betas + <usize>load<u32>(cellTerms + (<usize>(first + i) << 2)) * rowBytes;
    for (let at: usize = 0; at < rowBytes; at += LANES) v128.store(to + at, v128.load(from + at));
  }
  for (let i = n; (i & 3) != 0; i++, to += rowBytes)
    for (let at: usize = 0; at < rowBytes; at += LANES) v128.store(to + at, f32x4.splat(0));
}

/** e^psi(gamma) but for e^(the result). The places beyond the last topic have a share, which rows of zeros take out again. */
function relativeShares(gamma: usize, theta: usize): f32 {
  let lowest = f32x4.splat(f32.MAX_VALUE);
  for (let at: usize = 0; at < rowBytes; at += LANES) {
    const above = shift(v128.load(gamma + at));
    v128.store(theta + at, above);
    lowest = f32x4.min(lowest, above);
  }
  const offset = f32x4.splat(least(lowest));
  for (let at: usize = 0; at < rowBytes; at += LANES) {
    const power = exp(f32x4.max(f32x4.sub(offset, v128.load(theta + at)), f32x4.splat(LEAST_EXPONENT)));
    v128.store(theta + at, f32x4.mul(power, series(v128.load(gamma + at))));
  }
  return -f32x4.extract_lane(offset, 0);
}

/** ratio_i = n_i / sum_k theta_k beta_ik, four cells at a time; the last ones share one load of the row of topics. */
function divide(n: u32, theta: usize, count: usize, ratio: usize): void {
  let row = copies;
  for (let i: u32 = 0; i < n; i += 4, row += rowBytes << 2) {
    const row1 = row + rowBytes;
    const row2 = row1 + rowBytes;
    const row3 = row2 + rowBytes;
    let s0 = f32x4.splat(0);
    let s1 = s0;
    let s2 = s0;
    let s3 = s0;
    for (let at: usize = 0; at < rowBytes; at += LANES) {
      const share = v128.load(theta + at);
      s0 = madd(share, v128.load(row + at), s0);
      s1 = madd(share, v128.load(row1 + at), s1);
      s2 = madd(share, v128.load(row2 + at), s2);
      s3 = madd(share, v128.load(row3 + at), s3);
    }
    const low = f32x4.add(v128.shuffle<f32>(s0, s1, 0, 4, 1, 5), v128.shuffle<f32>(s0, s1, 2, 6, 3, 7)); // 0 1 0 1
    const high = f32x4.add(v128.shuffle<f32>(s2, s3, 0, 4, 1, 5), v128.shuffle<f32>(s2, s3, 2, 6, 3, 7));
    const norm = f32x4.add(v128.shuffle<f32>(low, high, 0, 1, 4, 5), v128.shuffle<f32>(low, high, 2, 3, 6, 7));
    const at = <usize>i << 2;
    const quotient = f32x4.div(v128.load(count + at), f32x4.max(norm, f32x4.splat(LEAST)));
    if (i + 4 <= n) v128.store(ratio + at, quotient);
    else storeSome(ratio + at, quotient, n - i);
  }
}

/** Fewer than four: what follows belongs to the next document, which another worker may be at. */
// @ts-ignore: decorator
@inline
function storeSome(to: usize, values: v128, n: u32): void {
  store<f32>(to, f32x4.extract_lane(values, 0));
  if (n > 1) store<f32>(to, f32x4.extract_lane(values, 1), 4);
  if (n > 2) store<f32>(to, f32x4.extract_lane(values, 2), 8);
}

/** sums_k = sum_i ratio_i beta_ik, sixteen topics at a time. */
function addRows(n: u32, ratio: usize): void {
  const end = ratio + (<usize>n << 2);
  let at: usize = 0;
  for (; at + 4 * LANES <= rowBytes; at += 4 * LANES) {
    let s0 = f32x4.splat(0);
    let s1 = s0;
    let s2 = s0;
    let s3 = s0;
    let row = copies + at;
    for (let cell = ratio; cell < end; cell += 4, row += rowBytes) {
      const r = v128.load32_splat(cell);
      s0 = madd(r, v128.load(row), s0);
      s1 = madd(r, v128.load(row, 16), s1);
      s2 = madd(r, v128.load(row, 32), s2);
      s3 = madd(r, v128.load(row, 48), s3);
    }
    v128.store(sums + at, s0);
    v128.store(sums + at, s1, 16);
    v128.store(sums + at, s2, 32);
    v128.store(sums + at, s3, 48);
  }
  for (; at < rowBytes; at += LANES) {
    let s0 = f32x4.splat(0);
    let row = copies + at;
    for (let cell = ratio; cell < end; cell += 4, row += rowBytes)
      s0 = madd(v128.load32_splat(cell), v128.load(row), s0);
    v128.store(sums + at, s0);
  }
}

/** gamma = alpha + theta x sums; tells by how much it moved. */
function move(gamma: usize, theta: usize): f32 {
  let moved = f32x4.splat(0);
  for (let at: usize = 0; at < rowBytes; at += LANES) {
    const next = madd(v128.load(theta + at), v128.load(sums + at), v128.load(alpha + at));
    moved = f32x4.add(moved, f32x4.abs(f32x4.sub(next, v128.load(gamma + at))));
    v128.store(gamma + at, next);
  }
  return (
    f32x4.extract_lane(moved, 0) +
    f32x4.extract_lane(moved, 1) +
    f32x4.extract_lane(moved, 2) +
    f32x4.extract_lane(moved, 3)
  );
}

/** -sum over tokens of ln sum_k e^(E[ln theta_k] + E[ln beta_k]). */
function lossOf(first: u32, n: u32, total: f64, exponent: f64): f64 {
  if (n == 0) return 0;
  let sum: f64 = 0;
  for (let i = first; i < first + n; i++) {
    const at = <usize>i << 2;
    const count = <f64>load<f32>(counts + at);
    const ratio = <f64>load<f32>(ratios + at);
    if (ratio == 0) continue;
    const u = <usize>load<u32>(cellTerms + at);
    sum += count * (ln(count / ratio) + <f64>load<f32>(betaExponents + (u << 2)));
  }
  return total * (digamma(alphaSum + total) - exponent) - sum;
}

function digamma(x: f64): f64 {
  const z = x + 2.5;
  const inverse = 1 / z;
  const square = inverse * inverse;
  const power = z + inverse * (1.0 / 24 + square * (-37.0 / 5760 + square * (10313.0 / 2903040)));
  return ln(power) - (1 / x + 1 / (x + 1) + 1 / (x + 2));
}

export const BLOCK: u32 = 64;

/** Adds the statistics of the terms of one block to their weights, and these over all of them. */
export function learn(block: u32, end: u32): void {
  const from = block * BLOCK;
  const to = min<u32>(from + BLOCK, end);
  const all = blockSums + <usize>block * rowBytes;
  for (let at: usize = 0; at < rowBytes; at += LANES) v128.store(all + at, f32x4.splat(0));
  for (let u = from; u < to; u++) {
    const cells = columnCells + (<usize>load<u32>(columns + (<usize>u << 2)) << 3);
    const last = columnCells + (<usize>load<u32>(columns + (<usize>u << 2), 4) << 3);
    const term = <usize>load<u32>(terms + (<usize>u << 2));
    const age = written + (term << 3);
    const factor = f32x4.splat(<f32>(nextProduct / load<f64>(age)));
    const row = weights + term * rowBytes;
    const beta = betas + <usize>u * rowBytes;
    let at: usize = 0;
    for (; at + 4 * LANES <= rowBytes; at += 4 * LANES) {
      let s0 = f32x4.splat(0);
      let s1 = s0;
      let s2 = s0;
      let s3 = s0;
      for (let cell = cells; cell < last; cell += 8) {
        const theta = thetas + <usize>load<u32>(cell) * rowBytes + at;
        const r = v128.load32_splat(ratios + (<usize>load<u32>(cell, 4) << 2));
        s0 = madd(r, v128.load(theta), s0);
        s1 = madd(r, v128.load(theta, 16), s1);
        s2 = madd(r, v128.load(theta, 32), s2);
        s3 = madd(r, v128.load(theta, 48), s3);
      }
      add(row, beta, all, at, s0, factor);
      add(row, beta, all, at + 16, s1, factor);
      add(row, beta, all, at + 32, s2, factor);
      add(row, beta, all, at + 48, s3, factor);
    }
    for (; at < rowBytes; at += LANES) {
      let s0 = f32x4.splat(0);
      for (let cell = cells; cell < last; cell += 8) {
        const theta = thetas + <usize>load<u32>(cell) * rowBytes + at;
        s0 = madd(v128.load32_splat(ratios + (<usize>load<u32>(cell, 4) << 2)), v128.load(theta), s0);
      }
      add(row, beta, all, at, s0, factor);
    }
    store<f64>(age, nextProduct);
  }
}

// @ts-ignore: decorator
@inline
function add(row: usize, beta: usize, all: usize, at: usize, sum: v128, factor: v128): void {
  const gained = f32x4.mul(f32x4.mul(sum, v128.load(beta + at)), f32x4.splat(gain));
  v128.store(row + at, madd(v128.load(row + at), factor, gained));
  v128.store(all + at, f32x4.add(v128.load(all + at), gained));
}
