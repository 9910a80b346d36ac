/**
 * `kernels/skipGram.ts` and `kernels/cbow.ts` in single precision, four numbers at a time, on the same draws; equations and their
 * deviations are told there. One instance of this module is one worker; all share one memory.
 *
 * Rows are padded to a multiple of 16 floats, so that a row, and each of its slices, begins at a cache line. A group of
 * neighbouring centres is *scored* from the weights as they are at its start, and then *applied* centre by centre.
 *
 * Several workers can train as one: each owns some slices of the dimensions, computes partial scores from them, and waits until all
 * others have written theirs. Partial scores are added slice by slice, so the number of workers never shows.
 *
 * Workers that train unsynchronised would take the rows near a Huffman tree's root from each other's caches at every step. Each has
 * copies of its own of those, and every 1,024 centres adds its share of what they have changed by to the rows of all: the mean over
 * the workers (iterative parameter mixing: McDonald, Hall and Mann 2010, ACL N10-1069). The sum would overshoot.
 */

import { added, drawUint32, exchange, exp, ln, madd, multiplied } from "./common/training";

const LINE: usize = 64; // bytes of a cache line
const MIXED_EVERY: u64 = 1024; // centres
const STARTS: u32 = 128; // a token at which a stretch begins
const PAD: f32 = -1000; // a score that stands for "no row": sigmoid and loss are 0

// Set by the host before the first call. Addresses and sizes are in bytes.
export let inputRows: usize = 0;
export let outputRows: usize = 0;
export let rowBytes: usize = 0;
export let cbow: bool = false;
export let cbowMean: bool = true;
export let huffman: bool = false;
export let groupSize: u32 = 4;
/** Noise: an entry of [keep: u32, alias: u32] for each block of eight words, and for each word within its block. */
export let noiseBlocks: usize = 0;
export let noiseWords: usize = 0;
export let terms: u32 = 0;
export let negative: u32 = 0;
export let noiseShare: u32 = 1;
/** Huffman: offsets (V + 1,), entries of node << 1 | bit. */
export let pathOffsets: usize = 0;
export let pathEntries: usize = 0;
/** The first node of which this worker has a copy, of the copies and of what they were when last mixed, and one by the workers. */
export let firstCopied: u32 = 0;
export let rootCopies: usize = 0;
export let mixedCopies: usize = 0;
export let share: f32 = 0;
/** A row of zeros: the output rows of a centre are filled up with it to a multiple of four. */
export let nullRow: usize = 0;
/** The most contexts and output rows a centre can have; the latter a multiple of four. */
export let maxContexts: u32 = 0;
export let maxRows: u32 = 0;
/** This worker's own memory: records of the group, signs and pads of output rows, hidden rows (CBOW), sigmoids, of which gradients are
 *  made, and the steps of context rows (one for CBOW, and with a Huffman tree). */
export let records: usize = 0;
export let signs: usize = 0;
export let pads: usize = 0;
export let hiddenRows: usize = 0;
export let sigmoids: usize = 0;
export let steps: usize = 0;
/** Partial scores, `2 x slices x scoreBytes` long: of this worker, or of all that train as one. */
export let scores: usize = 0;
export let scoreBytes: usize = 0;
/** Slice s of a row is bytes load<u32>(sliceEdges + 4 s) to load<u32>(sliceEdges + 4 s + 4). */
export let sliceEdges: usize = 0;
export let slices: u32 = 1;
export let firstSlice: u32 = 0;
export let endSlice: u32 = 1;
/** One line a worker: [exchanges published: u32, workers asleep waiting for it: u32]. */
export let turns: usize = 0;
export let workers: u32 = 1;
export let worker: u32 = 0;
export let learningRate: f64 = 0;
export let minLearningRate: f64 = 0;
export let totalCentres: f64 = 1;
/** The rate falls as 1 / (1 + step / totalCentres), and not evenly over totalCentres. */
export let inverse: bool = false;

// What a call to `train` leaves behind.
export let loss: f64 = 0;
export let examples: f64 = 0;

// The group being filled, kept between calls: a batch may end inside one.
let held: u32 = 0; // centres that were scored and await being applied
let scored: u32 = 0; // bytes of their scores
let turn: u32 = 0; // exchanges so far
let following: f64 = 0; // the position after the last centre

/** Draws the input rows of all terms, as `kernels/embedding/weights.ts` does. */
export function drawRows(vectorSize: u32, key0: i32, key1: i32): void {
  let index: u64 = 0;
  for (let id: u32 = 0; id < terms; id++) {
    const row = inputRows + <usize>id * rowBytes;
    for (let d: usize = 0; d < <usize>vectorSize << 2; d += 4) {
      const drawn = <f64>drawUint32(index++, key0, key1) / 4294967296;
      store<f32>(row + d, <f32>((drawn - 0.5) / <f64>vectorSize));
    }
  }
}

/**
 * Lays windows over `length` tokens. For each, `after` holds how far its window may reach, and STARTS where a stretch begins that windows do not cross;
 * it is left with the contexts on the right, and `before` with those on the left. Returns how many examples the centres first .. first + count - 1 are.
 */
export function layWindows(before: usize, after: usize, length: u32, first: u32, count: u32, left: bool, right: bool): u32 {
  let room: u32 = 0;
  for (let i: u32 = 0; i < length; i++, room++) {
    const token = load<u8>(after + i);
    if (token & STARTS) room = 0;
    store<u8>(before + i, left ? min<u32>(token & ~STARTS, room) : 0);
  }
  room = 0;
  for (let i = length; i-- > 0; ) {
    const token = load<u8>(after + i);
    store<u8>(after + i, right ? min<u32>(token & ~STARTS, room) : 0);
    room = token & STARTS ? 0 : room + 1;
  }
  let found: u32 = 0;
  for (let i = first; i < first + count; i++) {
    const contexts = <u32>load<u8>(before + i) + <u32>load<u8>(after + i);
    found += cbow ? <u32>(contexts > 0) : contexts;
  }
  return found;
}

/** Whether `madd` rounds once: of x = 1 + 2^-23, the square of x has a bit that is lost otherwise. */
export function fuses(x: f32): bool {
  const product = f32x4.splat(x);
  return f32x4.extract_lane(madd(product, product, f32x4.splat(-(x * x))), 0) != 0;
}

// A centre's record: [contexts M: u32, rows N: u32, scores: address of M x N, rate: f32][M context rows][N output rows]
// @ts-ignore: decorator
@inline
function recordBytes(): usize {
  return 16 + (<usize>(maxContexts + maxRows) << 2);
}
// @ts-ignore: decorator
@inline
function recordOf(centre: u32): usize {
  return records + <usize>centre * recordBytes();
}
// @ts-ignore: decorator
@inline
function rowsOf(record: usize): usize {
  return record + 16 + (<usize>maxContexts << 2);
}
/**
 * Learns from `count` centres ids[first] .. ; centre i has `before[i]` contexts on its left and `after[i]` on its right.
 * `position` is the index of the first centre in its epoch, `step` among all epochs; the keys are those of the epoch's noise.
 */
export function train(
  ids: usize,
  before: usize,
  after: usize,
  first: u32,
  count: u32,
  position: f64,
  step: f64,
  key0: i32,
  key1: i32,
): void {
  loss = 0;
  examples = 0;
  if (position != following && held > 0) apply(); // a group ends with its epoch, and where another worker takes over
  mixCopies();
  following = position + <f64>count;
  let at: u64 = <u64>position;
  let inGroup = <u32>(at % <u64>groupSize);
  let from = held;
  for (let i: u32 = 0; i < count; i++, at++, step += 1) {
    const centre = first + i;
    const left: u32 = load<u8>(before + centre);
    const right: u32 = load<u8>(after + centre);
    if (left + right > 0) {
      const record = recordOf(held);
      gather(record, ids + (<usize>centre << 2), left, right, rateAt(step));
      const word = load<u32>(ids + (<usize>centre << 2));
      if (huffman) choosePath(record, word);
      else chooseNoise(record, word, at, key0, key1);
      held++;
    }
    if (++inGroup < groupSize) continue;
    inGroup = 0;
    if (held > from) score(from);
    if (held > 0) apply();
    if (at % MIXED_EVERY == MIXED_EVERY - 1) mixCopies();
    from = 0;
  }
  if (held > from) score(from);
}

/** Applies what is still held; after the last call to `train`, and before another worker takes over. */
export function flush(): void {
  if (held > 0) apply();
  mixCopies();
}

// @ts-ignore: decorator
@inline
function rateAt(step: f64): f32 {
  if (inverse) return <f32>max<f64>(minLearningRate, learningRate / (1 + step / totalCentres));
  const progress = min<f64>(1, step / totalCentres);
  return <f32>max<f64>(minLearningRate, learningRate - (learningRate - minLearningRate) * progress);
}

// @ts-ignore: decorator
@inline
function gather(record: usize, at: usize, left: u32, right: u32, rate: f32): void {
  store<u32>(record, left + right);
  store<f32>(record, rate, 12);
  let to = record + 16;
  for (let from = at - (<usize>left << 2); from < at; from += 4, to += 4) {
    store<u32>(to, <u32>(inputRows + <usize>load<u32>(from) * rowBytes));
  }
  const end = at + (<usize>right << 2);
  for (let from = at + 4; from <= end; from += 4, to += 4) {
    store<u32>(to, <u32>(inputRows + <usize>load<u32>(from) * rowBytes));
  }
}

// Addresses of rows are multiples of 64: bit 0 of an output row's says that its label is 1, bit 1 that it is padding.
// @ts-ignore: decorator
@inline
function chooseNoise(record: usize, word: u32, position: u64, key0: i32, key1: i32): void {
  const rows = rowsOf(record);
  const group = (position / <u64>noiseShare) << 7;
  const place = (position << 7) + 1;
  const blocks = (terms + 7) >>> 3;
  store<u32>(rows, <u32>(outputRows + <usize>word * rowBytes) | 1);
  let n: u32 = 1;
  const limit: u32 = negative + 1;
  for (let draw: u64 = 0; draw < 128 && n < limit; draw += 2) {
    const first = pick(noiseBlocks, 0, blocks, drawUint32(group + draw, key0, key1)) << 3;
    const noise = pick(noiseWords, first, min<u32>(8, terms - first), drawUint32(place + draw, key0, key1));
    if (isAmong(rows, n, <u32>(outputRows + <usize>noise * rowBytes))) continue;
    store<u32>(rows + (<usize>n << 2), <u32>(outputRows + <usize>noise * rowBytes));
    n++;
  }
  store<u32>(record, n, 4);
  padRows(rows, n);
}

// The choice of kernels/embedding/negativeSampling.ts.
// @ts-ignore: decorator
@inline
function pick(table: usize, first: u32, length: u32, draw: u32): u32 {
  const product = <u64>draw * <u64>length;
  const column = first + <u32>(product >> 32);
  const entry = table + (<usize>column << 3);
  return <u32>product < load<u32>(entry) ? column : load<u32>(entry, 4);
}

// @ts-ignore: decorator
@inline
function isAmong(rows: usize, n: u32, row: u32): bool {
  for (let j: usize = 0; j < <usize>n << 2; j += 4) if ((load<u32>(rows + j) & ~3) == row) return true;
  return false;
}

// @ts-ignore: decorator
@inline
function choosePath(record: usize, word: u32): void {
  const rows = rowsOf(record);
  const from = load<u32>(pathOffsets + (<usize>word << 2));
  const n = load<u32>(pathOffsets + (<usize>word << 2), 4) - from;
  for (let j: u32 = 0; j < n; j++) {
    const entry = load<u32>(pathEntries + (<usize>(from + j) << 2));
    store<u32>(rows + (<usize>j << 2), <u32>rowOfNode(entry >>> 1) | (~entry & 1));
  }
  store<u32>(record, n, 4);
  padRows(rows, n);
}

// @ts-ignore: decorator
@inline
function rowOfNode(node: u32): usize {
  if (node >= firstCopied) return rootCopies + <usize>(node - firstCopied) * rowBytes;
  return outputRows + <usize>node * rowBytes;
}

/** Mixes what this worker's copies have learned into the rows of all, and takes in what others have. */
function mixCopies(): void {
  const all = outputRows + <usize>firstCopied * rowBytes;
  const bytes = mixedCopies - rootCopies;
  const part = f32x4.splat(share);
  for (let d: usize = 0; d < bytes; d += 16) {
    const change = f32x4.sub(v128.load(rootCopies + d), v128.load(mixedCopies + d));
    const row = madd(change, part, v128.load(all + d));
    v128.store(all + d, row);
    v128.store(rootCopies + d, row);
    v128.store(mixedCopies + d, row);
  }
}

/** Bytes of the scores of one context with n rows, which are computed four at a time. */
// @ts-ignore: decorator
@inline
function widthOf(n: u32): usize {
  return <usize>((n + 3) & ~3) << 2;
}

// @ts-ignore: decorator
@inline
function padRows(rows: usize, n: u32): void {
  for (; n % 4 != 0; n++) store<u32>(rows + (<usize>n << 2), <u32>nullRow | 2);
}

/** Scores the held centres from `from` on, and turns the scores into sigmoids. */
function score(from: u32): void {
  const region = scores + <usize>(turn & 1) * <usize>slices * scoreBytes;
  const start: usize = from == 0 ? 0 : <usize>scored;
  let at = start;
  for (let centre = from; centre < held; centre++) {
    const record = recordOf(centre);
    const m: u32 = cbow ? 1 : load<u32>(record);
    const n = load<u32>(record, 4);
    examples += m;
    if (cbow) hide(record, centre);
    store<u32>(record, <u32>at, 8);
    spreadSigns(rowsOf(record), widthOf(n));
    for (let slice = firstSlice; slice < endSlice; slice++) {
      const to = region + <usize>slice * scoreBytes + at;
      const edges = sliceEdges + (<usize>slice << 2);
      scoreSlice(record, centre, m, n, to, load<u32>(edges), load<u32>(edges, 4), slice == 0);
    }
    at += <usize>m * widthOf(n);
  }
  scored = <u32>at;
  if (workers > 1) exchange(turns, workers, worker, turn + 1);
  turn++;
  finishScores(region, start, at);
}

// Scores are of y' = -y where the label is 1, so that every gradient is -sigmoid and every loss softplus.
// @ts-ignore: decorator
@inline
function spreadSigns(rows: usize, width: usize): void {
  for (let j: usize = 0; j < width; j += 4) {
    const row = load<u32>(rows + j);
    store<f32>(signs + j, row & 1 ? -1 : 1);
    store<f32>(pads + j, row & 2 ? PAD : 0);
  }
}

// @ts-ignore: decorator
@inline
function scoreSlice(record: usize, centre: u32, m: u32, n: u32, to: usize, start: usize, end: usize, first: bool): void {
  const rows = rowsOf(record);
  const width = widthOf(n);
  let context = record + 16;
  let out = to;
  let i: u32 = 0;
  for (; i + 2 <= m; i += 2, context += 8, out += 2 * width) {
    const x0 = <usize>load<u32>(context);
    const x1 = <usize>load<u32>(context, 4);
    for (let j: usize = 0; j < width; j += 16) scoreTwo(x0, x1, rows + j, out + j, out + width + j, start, end, signs + j, pads + j, first);
  }
  if (i == m) return;
  const x = cbow ? hiddenRows + <usize>centre * rowBytes : <usize>load<u32>(context);
  let j: usize = 0;
  for (; j + 32 <= width; j += 32) scoreEight(x, rows + j, out + j, start, end, signs + j, pads + j, first);
  for (; j < width; j += 16) scoreFour(x, rows + j, out + j, start, end, signs + j, pads + j, first);
}

// @ts-ignore: decorator
@inline
function put(sum0: v128, sum1: v128, sum2: v128, sum3: v128, to: usize, sign: usize, pad: usize, first: bool): void {
  const low = f32x4.add(v128.shuffle<f32>(sum0, sum1, 0, 4, 1, 5), v128.shuffle<f32>(sum0, sum1, 2, 6, 3, 7)); // 0 1 0 1
  const high = f32x4.add(v128.shuffle<f32>(sum2, sum3, 0, 4, 1, 5), v128.shuffle<f32>(sum2, sum3, 2, 6, 3, 7)); // 2 3 2 3
  let total = f32x4.add(v128.shuffle<f32>(low, high, 0, 1, 4, 5), v128.shuffle<f32>(low, high, 2, 3, 6, 7));
  total = f32x4.mul(total, v128.load(sign));
  if (first) total = f32x4.add(total, v128.load(pad));
  v128.store(to, total);
}

// @ts-ignore: decorator
@inline
function rowAt(rows: usize, j: usize): usize {
  return <usize>(load<u32>(rows + (j << 2)) & ~3);
}

function scoreTwo(x0: usize, x1: usize, rows: usize, out0: usize, out1: usize, start: usize, end: usize, sign: usize, pad: usize, first: bool): void {
  const u0 = rowAt(rows, 0);
  const u1 = rowAt(rows, 1);
  const u2 = rowAt(rows, 2);
  const u3 = rowAt(rows, 3);
  let s00 = f32x4.splat(0);
  let s01 = f32x4.splat(0);
  let s02 = f32x4.splat(0);
  let s03 = f32x4.splat(0);
  let s10 = f32x4.splat(0);
  let s11 = f32x4.splat(0);
  let s12 = f32x4.splat(0);
  let s13 = f32x4.splat(0);
  for (let d = start; d < end; d += 16) {
    const a0 = v128.load(x0 + d);
    const a1 = v128.load(x1 + d);
    const b0 = v128.load(u0 + d);
    s00 = madd(a0, b0, s00);
    s10 = madd(a1, b0, s10);
    const b1 = v128.load(u1 + d);
    s01 = madd(a0, b1, s01);
    s11 = madd(a1, b1, s11);
    const b2 = v128.load(u2 + d);
    s02 = madd(a0, b2, s02);
    s12 = madd(a1, b2, s12);
    const b3 = v128.load(u3 + d);
    s03 = madd(a0, b3, s03);
    s13 = madd(a1, b3, s13);
  }
  put(s00, s01, s02, s03, out0, sign, pad, first);
  put(s10, s11, s12, s13, out1, sign, pad, first);
}

function scoreFour(x: usize, rows: usize, out: usize, start: usize, end: usize, sign: usize, pad: usize, first: bool): void {
  const u0 = rowAt(rows, 0);
  const u1 = rowAt(rows, 1);
  const u2 = rowAt(rows, 2);
  const u3 = rowAt(rows, 3);
  let s0 = f32x4.splat(0);
  let s1 = f32x4.splat(0);
  let s2 = f32x4.splat(0);
  let s3 = f32x4.splat(0);
  for (let d = start; d < end; d += 16) {
    const a = v128.load(x + d);
    s0 = madd(a, v128.load(u0 + d), s0);
    s1 = madd(a, v128.load(u1 + d), s1);
    s2 = madd(a, v128.load(u2 + d), s2);
    s3 = madd(a, v128.load(u3 + d), s3);
  }
  put(s0, s1, s2, s3, out, sign, pad, first);
}

function scoreEight(x: usize, rows: usize, out: usize, start: usize, end: usize, sign: usize, pad: usize, first: bool): void {
  const u0 = rowAt(rows, 0);
  const u1 = rowAt(rows, 1);
  const u2 = rowAt(rows, 2);
  const u3 = rowAt(rows, 3);
  const u4 = rowAt(rows, 4);
  const u5 = rowAt(rows, 5);
  const u6 = rowAt(rows, 6);
  const u7 = rowAt(rows, 7);
  let s0 = f32x4.splat(0);
  let s1 = f32x4.splat(0);
  let s2 = f32x4.splat(0);
  let s3 = f32x4.splat(0);
  let s4 = f32x4.splat(0);
  let s5 = f32x4.splat(0);
  let s6 = f32x4.splat(0);
  let s7 = f32x4.splat(0);
  for (let d = start; d < end; d += 16) {
    const a = v128.load(x + d);
    s0 = madd(a, v128.load(u0 + d), s0);
    s1 = madd(a, v128.load(u1 + d), s1);
    s2 = madd(a, v128.load(u2 + d), s2);
    s3 = madd(a, v128.load(u3 + d), s3);
    s4 = madd(a, v128.load(u4 + d), s4);
    s5 = madd(a, v128.load(u5 + d), s5);
    s6 = madd(a, v128.load(u6 + d), s6);
    s7 = madd(a, v128.load(u7 + d), s7);
  }
  put(s0, s1, s2, s3, out, sign, pad, first);
  put(s4, s5, s6, s7, out + 16, sign + 16, pad + 16, first);
}

/** CBOW: the mean or sum of the context rows, in the slices this worker owns. */
function hide(record: usize, centre: u32): void {
  const start = <usize>load<u32>(sliceEdges + (<usize>firstSlice << 2));
  const end = <usize>load<u32>(sliceEdges + (<usize>endSlice << 2));
  const m = load<u32>(record);
  const scale = f32x4.splat(cbowMean ? <f32>1 / <f32>m : 1);
  const to = hiddenRows + <usize>centre * rowBytes;
  const contexts = record + 16;
  const contextsEnd = contexts + (<usize>m << 2);
  for (let d = start; d < end; d += LINE) {
    let sum0 = f32x4.splat(0);
    let sum1 = sum0;
    let sum2 = sum0;
    let sum3 = sum0;
    for (let context = contexts; context < contextsEnd; context += 4) {
      const row = <usize>load<u32>(context) + d;
      sum0 = f32x4.add(sum0, v128.load(row));
      sum1 = f32x4.add(sum1, v128.load(row, 16));
      sum2 = f32x4.add(sum2, v128.load(row, 32));
      sum3 = f32x4.add(sum3, v128.load(row, 48));
    }
    putLine(to + d, f32x4.mul(sum0, scale), f32x4.mul(sum1, scale), f32x4.mul(sum2, scale), f32x4.mul(sum3, scale));
  }
}

/** Adds the slices up, and leaves their sigmoids. The loss is softplus(x) = max(x, 0) + ln(1 + e^-|x|); one logarithm does for many. */
// @ts-ignore: decorator
@inline
function finishScores(region: usize, start: usize, end: usize): void {
  const zero = f32x4.splat(0);
  const one = f32x4.splat(1);
  let positive = zero;
  for (let at = start; at < end; ) {
    const stop = min<usize>(end, at + 16 * 64);
    let product = one; // below 2^64
    for (; at < stop; at += 16) {
      let x = v128.load(region + at);
      for (let slice: usize = 1; slice < <usize>slices; slice++) x = f32x4.add(x, v128.load(region + slice * scoreBytes + at));
      const e = exp(f32x4.max(f32x4.neg(f32x4.abs(x)), f32x4.splat(-87)));
      const sum = f32x4.add(one, e);
      // exactly 0 for padding: a product with a denormal number takes a hundred times as long
      const isScore = f32x4.gt(x, f32x4.splat(-80));
      v128.store(sigmoids + at, v128.and(f32x4.div(v128.bitselect(one, e, f32x4.gt(x, zero)), sum), isScore));
      positive = f32x4.add(positive, f32x4.max(x, zero));
      product = f32x4.mul(product, sum);
    }
    loss += ln(multiplied(product));
  }
  loss += added(positive);
}

/** Applies the held centres one after the other. */
function apply(): void {
  const start = <usize>load<u32>(sliceEdges + (<usize>firstSlice << 2));
  const end = <usize>load<u32>(sliceEdges + (<usize>endSlice << 2));
  for (let centre: u32 = 0; centre < held; centre++) {
    const record = recordOf(centre);
    const m = load<u32>(record);
    spreadRates(record, cbow ? 1 : m);
    if (cbow) applyHidden(record, hiddenRows + <usize>centre * rowBytes, start, end);
    else if (huffman) applyContexts(record, m, start, end);
    else {
      sumInputSteps(record, m, start, end);
      addOutputSteps(record, m, start, end);
      addSteps(record + 16, m, rowBytes, start, end);
    }
  }
  held = 0;
  scored = 0;
}

/** Makes gradients g_ij of the sigmoids: times the rate, positive where the label is 1. */
// @ts-ignore: decorator
@inline
function spreadRates(record: usize, m: u32): void {
  const rows = rowsOf(record);
  const width = widthOf(load<u32>(record, 4));
  const rate = f32x4.splat(-load<f32>(record, 12));
  const gradients = sigmoids + <usize>load<u32>(record, 8);
  const end = gradients + <usize>m * width;
  for (let j: usize = 0; j < width; j += 16) {
    const signed = v128.xor(rate, i32x4.shl(v128.load(rows + j), 31));
    for (let g = gradients + j; g < end; g += width) v128.store(g, f32x4.mul(v128.load(g), signed));
  }
}

/** steps_i = sum over j of g_ij u_j: two contexts and a cache line at a time. */
// @ts-ignore: decorator
@inline
function sumInputSteps(record: usize, m: u32, start: usize, end: usize): void {
  const rows = rowsOf(record);
  const n = load<u32>(record, 4);
  const width = widthOf(n);
  let gradients = sigmoids + <usize>load<u32>(record, 8);
  let to = steps;
  let i: u32 = 0;
  for (; i + 2 <= m; i += 2, gradients += 2 * width, to += 2 * rowBytes) sumTwoSteps(rows, n, gradients, to, start, end);
  if (i < m) sumStep(rows, n, gradients, to, start, end);
}

function sumTwoSteps(rows: usize, n: u32, gradients: usize, to: usize, start: usize, end: usize): void {
  const last = gradients + (<usize>n << 2);
  const width = widthOf(n);
  for (let d = start; d < end; d += LINE) {
    let a0 = f32x4.splat(0);
    let a1 = a0;
    let a2 = a0;
    let a3 = a0;
    let b0 = a0;
    let b1 = a0;
    let b2 = a0;
    let b3 = a0;
    for (let g = gradients, list = rows; g < last; g += 4, list += 4) {
      const row = rowAt(list, 0) + d;
      const ga = v128.load32_splat(g);
      const gb = v128.load32_splat(g + width);
      const u0 = v128.load(row);
      a0 = madd(ga, u0, a0);
      b0 = madd(gb, u0, b0);
      const u1 = v128.load(row, 16);
      a1 = madd(ga, u1, a1);
      b1 = madd(gb, u1, b1);
      const u2 = v128.load(row, 32);
      a2 = madd(ga, u2, a2);
      b2 = madd(gb, u2, b2);
      const u3 = v128.load(row, 48);
      a3 = madd(ga, u3, a3);
      b3 = madd(gb, u3, b3);
    }
    putLine(to + d, a0, a1, a2, a3);
    putLine(to + rowBytes + d, b0, b1, b2, b3);
  }
}

function sumStep(rows: usize, n: u32, gradients: usize, to: usize, start: usize, end: usize): void {
  const last = gradients + (<usize>n << 2);
  for (let d = start; d < end; d += LINE) {
    let a0 = f32x4.splat(0);
    let a1 = a0;
    let a2 = a0;
    let a3 = a0;
    for (let g = gradients, list = rows; g < last; g += 4, list += 4) {
      const row = rowAt(list, 0) + d;
      const ga = v128.load32_splat(g);
      a0 = madd(ga, v128.load(row), a0);
      a1 = madd(ga, v128.load(row, 16), a1);
      a2 = madd(ga, v128.load(row, 32), a2);
      a3 = madd(ga, v128.load(row, 48), a3);
    }
    putLine(to + d, a0, a1, a2, a3);
  }
}

// @ts-ignore: decorator
@inline
function putLine(to: usize, v0: v128, v1: v128, v2: v128, v3: v128): void {
  v128.store(to, v0);
  v128.store(to, v1, 16);
  v128.store(to, v2, 32);
  v128.store(to, v3, 48);
}

/** u_j += sum over i of g_ij x_i: two output rows and a cache line at a time. */
// @ts-ignore: decorator
@inline
function addOutputSteps(record: usize, m: u32, start: usize, end: usize): void {
  const rows = rowsOf(record);
  const n = load<u32>(record, 4);
  const width = widthOf(n);
  const gradients = sigmoids + <usize>load<u32>(record, 8);
  for (let j: usize = 0; j < <usize>n << 2; j += 8) addTwoSteps(rows + j, record + 16, m, gradients + j, width, start, end);
}

function addTwoSteps(rows: usize, contexts: usize, m: u32, gradients: usize, width: usize, start: usize, end: usize): void {
  const r0 = rowAt(rows, 0);
  const r1 = rowAt(rows, 1);
  const last = contexts + (<usize>m << 2);
  for (let d = start; d < end; d += LINE) {
    const to0 = r0 + d;
    const to1 = r1 + d;
    let a0 = v128.load(to0);
    let a1 = v128.load(to0, 16);
    let a2 = v128.load(to0, 32);
    let a3 = v128.load(to0, 48);
    let b0 = v128.load(to1);
    let b1 = v128.load(to1, 16);
    let b2 = v128.load(to1, 32);
    let b3 = v128.load(to1, 48);
    for (let context = contexts, g = gradients; context < last; context += 4, g += width) {
      const row = <usize>load<u32>(context) + d;
      const ga = v128.load32_splat(g);
      const gb = v128.load32_splat(g, 4);
      const x0 = v128.load(row);
      a0 = madd(ga, x0, a0);
      b0 = madd(gb, x0, b0);
      const x1 = v128.load(row, 16);
      a1 = madd(ga, x1, a1);
      b1 = madd(gb, x1, b1);
      const x2 = v128.load(row, 32);
      a2 = madd(ga, x2, a2);
      b2 = madd(gb, x2, b2);
      const x3 = v128.load(row, 48);
      a3 = madd(ga, x3, a3);
      b3 = madd(gb, x3, b3);
    }
    putLine(to0, a0, a1, a2, a3);
    putLine(to1, b0, b1, b2, b3);
  }
}

/** Skip-gram with a Huffman tree: one pass over the output rows for every two contexts, from the rows as those before have left them. */
// @ts-ignore: decorator
@inline
function applyContexts(record: usize, m: u32, start: usize, end: usize): void {
  const rows = rowsOf(record);
  const n = load<u32>(record, 4);
  const width = widthOf(n);
  const contexts = record + 16;
  let gradients = sigmoids + <usize>load<u32>(record, 8);
  let i: u32 = 0;
  for (; i + 2 <= m; i += 2, gradients += 2 * width) applyTwo(rows, n, contexts + (<usize>i << 2), gradients, start, end);
  if (i == m) return;
  applyOne(rows, n, <usize>load<u32>(contexts + (<usize>i << 2)), gradients, start, end);
  addSteps(contexts + (<usize>i << 2), 1, 0, start, end);
}

/** Contexts x and y: x += sum over j of g_xj u_j, and y likewise, and u_j += g_xj x + g_yj y, half a cache line at a time. */
function applyTwo(rows: usize, n: u32, contexts: usize, gradients: usize, start: usize, end: usize): void {
  const x = <usize>load<u32>(contexts);
  const y = <usize>load<u32>(contexts, 4);
  const last = gradients + (<usize>n << 2);
  const width = widthOf(n);
  for (let d = start; d < end; d += LINE / 2) {
    const x0 = v128.load(x + d);
    const x1 = v128.load(x + d, 16);
    const y0 = v128.load(y + d);
    const y1 = v128.load(y + d, 16);
    let a0 = f32x4.splat(0);
    let a1 = a0;
    let b0 = a0;
    let b1 = a0;
    for (let g = gradients, list = rows; g < last; g += 4, list += 4) {
      const row = rowAt(list, 0) + d;
      const gx = v128.load32_splat(g);
      const gy = v128.load32_splat(g + width);
      const u0 = v128.load(row);
      a0 = madd(gx, u0, a0);
      b0 = madd(gy, u0, b0);
      v128.store(row, madd(gy, y0, madd(gx, x0, u0)));
      const u1 = v128.load(row, 16);
      a1 = madd(gx, u1, a1);
      b1 = madd(gy, u1, b1);
      v128.store(row, madd(gy, y1, madd(gx, x1, u1)), 16);
    }
    v128.store(x + d, f32x4.add(x0, a0));
    v128.store(x + d, f32x4.add(x1, a1), 16);
    // loaded again: a word that stands twice in a window gets both
    v128.store(y + d, f32x4.add(v128.load(y + d), b0));
    v128.store(y + d, f32x4.add(v128.load(y + d, 16), b1), 16);
  }
}

/** CBOW, whose only input is the hidden row, and whose contexts all make its step. */
// @ts-ignore: decorator
@inline
function applyHidden(record: usize, hidden: usize, start: usize, end: usize): void {
  applyOne(rowsOf(record), load<u32>(record, 4), hidden, sigmoids + <usize>load<u32>(record, 8), start, end);
  addSteps(record + 16, load<u32>(record), 0, start, end);
}

/** An input x: steps = sum over j of g_j u_j, u_j += g_j x, in one pass over the output rows. */
function applyOne(rows: usize, n: u32, x: usize, gradients: usize, start: usize, end: usize): void {
  const last = gradients + (<usize>n << 2);
  for (let d = start; d < end; d += LINE) {
    const x0 = v128.load(x + d);
    const x1 = v128.load(x + d, 16);
    const x2 = v128.load(x + d, 32);
    const x3 = v128.load(x + d, 48);
    let a0 = f32x4.splat(0);
    let a1 = a0;
    let a2 = a0;
    let a3 = a0;
    for (let g = gradients, list = rows; g < last; g += 4, list += 4) {
      const row = rowAt(list, 0) + d;
      const gradient = v128.load32_splat(g);
      const u0 = v128.load(row);
      const u1 = v128.load(row, 16);
      const u2 = v128.load(row, 32);
      const u3 = v128.load(row, 48);
      a0 = madd(gradient, u0, a0);
      a1 = madd(gradient, u1, a1);
      a2 = madd(gradient, u2, a2);
      a3 = madd(gradient, u3, a3);
      putLine(row, madd(gradient, x0, u0), madd(gradient, x1, u1), madd(gradient, x2, u2), madd(gradient, x3, u3));
    }
    putLine(steps + d, a0, a1, a2, a3);
  }
}

/** x_i += steps_i, or the same step with a stride of 0; a row that occurs twice gets both. */
// @ts-ignore: decorator
@inline
function addSteps(contexts: usize, m: u32, stride: usize, start: usize, end: usize): void {
  const last = contexts + (<usize>m << 2);
  for (let context = contexts, step = steps; context < last; context += 4, step += stride) {
    const row = <usize>load<u32>(context);
    for (let d = start; d < end; d += 16) v128.store(row + d, f32x4.add(v128.load(row + d), v128.load(step + d)));
  }
}
