/**
 * `kernels/linear/bagTrainer.ts` in single precision, four numbers at a time; the equation is told there, and the form of the records in
 * `bagRecords.ts`. One instance of this module is one worker; all share one memory.
 *
 * Rows are padded to a multiple of 16 floats. A group of examples is *scored* from the weights as they are at its start, and then
 * *applied* example by example. Workers that train as one own some slices of the dimensions each, as in `word2vec.ts`.
 */
import { added, exchange, exp, ln, madd } from "./common/training";

const LINE: usize = 64; // bytes of a cache line

// Set by the host before the first call. Addresses and sizes are in bytes.
export let inputRows: usize = 0;
export let outputRows: usize = 0;
export let rowBytes: usize = 0;
export let groupSize: u32 = 4;
/** Rows of a list, by its number: offsets (lists + 1,), entries. */
export let listOffsets: usize = 0;
export let listEntries: usize = 0;
/** What an example is scored by: the rows that its record names (0), the softmax over all labels (1), or each label alone (2). */
export let scoredBy: u32 = 0;
/**
 * The gradient of the mean goes to each row in full (fastText's vectors), or divided by their number (its classifier). There rows that
 * repeat, one behind the other, are read and written once, as many times over.
 */
export let divides: bool = false;
/** Whether rows learn at rates of their own, if the gradient is divided: those of the first `ratedRows` rows, and that of the rest. */
export let rated: bool = false;
export let rates: usize = 0;
export let ratedRows: u32 = 0;
export let restRate: f32 = 1;
/** Means of lists that are kept while a group is learned from, 0 for none: see `KeptMeans` in `kernels/linear/keptMeans.ts`. */
export let keptMeans: u32 = 0;
/** A row of zeros: output rows are filled up with it to a multiple of four. */
export let nullRow: usize = 0;
/** The most rows an example can have. */
export let maxInputs: u32 = 0;
export let maxOutputs: u32 = 0;
/**
 * This worker's own memory: addresses of input rows, how often each occurs (of kept means: of how many rows they are) and by how much of the
 * change it moves, addresses of output rows; of each example its input rows, output rows, rate, and repeats among the input; targets and
 * weights, hidden rows, gradients, and the change of the hidden row. Of kept means, the rows, what they were when they were made, and [place: u32, list + 1: u32, or 0 where there is none].
 */
export let inputs: usize = 0;
export let inputCounts: usize = 0;
export let inputSteps: usize = 0;
export let outputs: usize = 0;
export let sizes: usize = 0;
export let targets: usize = 0;
export let weights: usize = 0;
export let hiddenRows: usize = 0;
export let gradients: usize = 0;
export let change: usize = 0;
export let keptRows: usize = 0;
export let keptFirst: usize = 0;
export let keptOf: usize = 0;
/** Addresses of the rows of one list. */
export let listed: usize = 0;
/** Partial scores, `2 x slices x scoreBytes` long: of this worker, or of all that train as one. */
export let scores: usize = 0;
export let scoreBytes: usize = 0;
export let sliceEdges: usize = 0;
export let slices: u32 = 1;
export let firstSlice: u32 = 0;
export let endSlice: u32 = 1;
/** One line a worker: [exchanges published: u32, workers asleep waiting for it: u32]. */
export let turns: usize = 0;
export let workers: u32 = 1;
export let worker: u32 = 0;
/** Output rows that are labels so far. */
export let labels: u32 = 0;

// What a call to `train` leaves behind.
export let loss: f64 = 0;
export let examples: f64 = 0;

let turn: u32 = 0; // exchanges so far

/** Whether `madd` rounds once: of x = 1 + 2^-23, the square of x has a bit that is lost otherwise. */
export function fuses(x: f32): bool {
  const product = f32x4.splat(x);
  return f32x4.extract_lane(madd(product, product, f32x4.splat(-(x * x))), 0) != 0;
}

/** Learns from `count` examples whose records begin at `at`. */
export function train(at: usize, count: u32): void {
  loss = 0;
  examples = <f64>count;
  while (count > 0) {
    const group = min<u32>(groupSize, count);
    at = keptMeans > 0 ? trainPlaces(at, group) : trainGroup(at, group);
    count -= group;
  }
}

/** Of examples whose means are kept, each is scored after the one before it was applied. */
function trainPlaces(at: usize, group: u32): usize {
  for (let i: u32 = 0; i < group; i++) at = trainGroup(at, 1);
  for (let slot: u32 = 0; slot < keptMeans; slot++) settle(slot);
  return at;
}

function trainGroup(at: usize, group: u32): usize {
  const region = scores + <usize>(turn & 1) * <usize>slices * scoreBytes;
  const stride = <usize>maxOutputs << 2;
  for (let i: u32 = 0; i < group; i++) {
    const rate = load<f32>(at);
    store<f32>(sizes + (<usize>i << 4), rate, 8);
    at = unfold(at, i);
    hide(i);
    const to = region + <usize>i * stride;
    for (let slice = firstSlice; slice < endSlice; slice++) {
      const edges = sliceEdges + (<usize>slice << 2);
      scoreSlice(i, to + <usize>slice * scoreBytes, load<u32>(edges), load<u32>(edges, 4));
    }
  }
  if (workers > 1) exchange(turns, workers, worker, turn + 1);
  turn++;
  for (let i: u32 = 0; i < group; i++) {
    const n = load<u32>(sizes + (<usize>i << 4), 4);
    if (n == 0) continue;
    addSlices(region + <usize>i * stride, n);
    const rate = load<f32>(sizes + (<usize>i << 4), 8);
    if (scoredBy == 1) softmax(i, n, rate);
    else sigmoids(i, n, rate);
    apply(i, n);
  }
  return at;
}

/** The part of a row that this worker owns. */
// @ts-ignore: decorator
@inline
function ownStart(): usize {
  return <usize>load<u32>(sliceEdges + (<usize>firstSlice << 2));
}
// @ts-ignore: decorator
@inline
function ownEnd(): usize {
  return <usize>load<u32>(sliceEdges + (<usize>endSlice << 2));
}

// @ts-ignore: decorator
@inline
function inputsOf(i: u32): usize {
  return inputs + <usize>i * (<usize>maxInputs << 2);
}
// @ts-ignore: decorator
@inline
function outputsOf(i: u32): usize {
  return outputs + <usize>i * (<usize>maxOutputs << 2);
}
// @ts-ignore: decorator
@inline
function targetsOf(i: u32): usize {
  return targets + <usize>i * (<usize>maxOutputs << 2);
}
// @ts-ignore: decorator
@inline
function weightsOf(i: u32): usize {
  return weights + <usize>i * (<usize>maxOutputs << 2);
}

/** Writes the addresses of an example's rows, with its targets and weights, and tells where the next record begins. */
function unfold(at: usize, i: u32): usize {
  const lists = load<u32>(at, 4);
  const rows = load<u32>(at, 8);
  const named = load<u32>(at, 12);
  at += 16;
  const start = inputsOf(i);
  let to = keptMeans > 0 ? nameMeans(start, at, lists) : nameRows(start, at, lists, rows);
  at += <usize>(lists + rows) << 2;
  store<u32>(sizes + (<usize>i << 4), keptMeans > 0 ? countRows(start, to) : <u32>((to - start) >>> 2), 12);
  if (divides) to = countRepeats(start, to);
  store<u32>(sizes + (<usize>i << 4), <u32>((to - start) >>> 2));
  const n = scoredBy == 0 ? nameOutputs(at, i, named) : allOutputs(at, i, named);
  store<u32>(sizes + (<usize>i << 4), n, 4);
  return at + <usize>named * 12;
}

/** Writes the addresses of all rows, and tells where they end. */
// @ts-ignore: decorator
@inline
function nameRows(to: usize, at: usize, lists: u32, rows: u32): usize {
  for (let k: u32 = 0; k < lists; k++, at += 4) to = nameListed(to, load<u32>(at));
  for (let k: u32 = 0; k < rows; k++, at += 4, to += 4) placeInput(to, load<u32>(at));
  return to;
}

/** Where the entries of a list begin, and where they end. */
// @ts-ignore: decorator
@inline
function startOf(list: u32): usize {
  return listEntries + (<usize>load<u32>(listOffsets + (<usize>list << 2)) << 2);
}
// @ts-ignore: decorator
@inline
function endOf(list: u32): usize {
  return listEntries + (<usize>load<u32>(listOffsets + (<usize>list << 2), 4) << 2);
}

/** Rows that all means are of together. */
// @ts-ignore: decorator
@inline
function countRows(first: usize, last: usize): u32 {
  let count: f32 = 0;
  for (let input = first; input < last; input += 4) count += load<f32>(countOf(input));
  return <u32>count;
}

/** Writes the addresses of the means of lists, whose places follow them, and of how many rows each is. */
// @ts-ignore: decorator
@inline
function nameMeans(to: usize, at: usize, lists: u32): usize {
  const places = <usize>lists << 2;
  for (const end = at + places; at < end; at += 4, to += 4) {
    const list = load<u32>(at);
    store<u32>(to, <u32>meanAt(load<u32>(at + places), list));
    store<f32>(countOf(to), <f32>((endOf(list) - startOf(list)) >>> 2));
  }
  return to;
}

/** The kept mean of the list at a place; it takes the slot of a place that is far behind. */
// @ts-ignore: decorator
@inline
function meanAt(place: u32, list: u32): usize {
  const slot = place % keptMeans;
  const tag = keptOf + (<usize>slot << 3);
  const row = keptRows + <usize>slot * rowBytes;
  if (load<u32>(tag, 4) != 0 && load<u32>(tag) == place) return row;
  settle(slot);
  store<u32>(tag, place);
  store<u32>(tag, list + 1, 4);
  const rowsEnd = nameListed(listed, list);
  const before = keptFirst + <usize>slot * rowBytes;
  const scale = f32x4.splat(<f32>1 / <f32>(<u32>((rowsEnd - listed) >>> 2)));
  const end = ownEnd();
  for (let d = ownStart(); d < end; d += LINE) {
    sumPlain(listed, rowsEnd, d, before + d, scale);
    for (let part: usize = d; part < d + LINE; part += 16) v128.store(row + part, v128.load(before + part));
  }
  return row;
}

/** Writes the addresses of a list's rows, and tells where they end. */
// @ts-ignore: decorator
@inline
function nameListed(to: usize, list: u32): usize {
  const end = endOf(list);
  for (let entry = startOf(list); entry < end; entry += 4, to += 4) placeInput(to, load<u32>(entry));
  return to;
}

/** Adds to the rows of a kept mean's list what it has changed by, and frees its slot. */
function settle(slot: u32): void {
  const tag = keptOf + (<usize>slot << 3);
  const list = load<u32>(tag, 4);
  if (list == 0) return;
  store<u32>(tag, 0, 4);
  const row = keptRows + <usize>slot * rowBytes;
  const before = keptFirst + <usize>slot * rowBytes;
  const end = ownEnd();
  for (let d = ownStart(); d < end; d += 16) v128.store(change + d, f32x4.sub(v128.load(row + d), v128.load(before + d)));
  spread(listed, nameListed(listed, list - 1), ownStart(), end);
}

// @ts-ignore: decorator
@inline
function placeInput(to: usize, row: u32): void {
  store<u32>(to, <u32>(inputRows + <usize>row * rowBytes));
}

/** Leaves one of the same rows that stand one behind the other, with their number and their step, and tells where the rows now end. */
function countRepeats(start: usize, end: usize): usize {
  let to = start;
  for (let from = start; from < end; to += 4) {
    const row = load<u32>(from);
    const first = from;
    for (from += 4; from < end && load<u32>(from) == row; ) from += 4;
    const count = <f32>(<u32>((from - first) >>> 2));
    store<u32>(to, row);
    store<f32>(countOf(to), count);
    store<f32>(stepOf(to), rated ? count * rateOf(row) : count);
  }
  return to;
}

/** Where it stands how often the row occurs whose address stands at `input`. */
// @ts-ignore: decorator
@inline
function countOf(input: usize): usize {
  return inputCounts + (input - inputs);
}

// @ts-ignore: decorator
@inline
function stepOf(input: usize): usize {
  return inputSteps + (input - inputs);
}

/** The rate of the row at an address. */
// @ts-ignore: decorator
@inline
function rateOf(address: u32): f32 {
  const row = (address - <u32>inputRows) / <u32>rowBytes;
  return row < ratedRows ? load<f32>(rates + (<usize>row << 2)) : restRate;
}

function nameOutputs(at: usize, i: u32, named: u32): u32 {
  const rows = outputsOf(i);
  const target = targetsOf(i);
  const weight = weightsOf(i);
  const n = (named + 3) & ~3;
  for (let j: usize = 0; j < <usize>n << 2; j += 4, at += 12) {
    const isNamed = j < <usize>named << 2;
    store<u32>(rows + j, isNamed ? <u32>(outputRows + <usize>load<u32>(at) * rowBytes) : <u32>nullRow);
    store<f32>(target + j, isNamed ? load<f32>(at, 4) : 0);
    store<f32>(weight + j, isNamed ? load<f32>(at, 8) : 0);
  }
  return n;
}

/** Of all labels the named ones are right; in the softmax their weights are the distribution aimed at. */
function allOutputs(at: usize, i: u32, named: u32): u32 {
  const rows = outputsOf(i);
  const target = targetsOf(i);
  const weight = weightsOf(i);
  const n = (labels + 3) & ~3;
  const end = <usize>labels << 2;
  let all: f32 = 0;
  for (let k: u32 = 0; k < named; k++) all += load<f32>(at + <usize>k * 12, 8);
  const alone = scoredBy == 2 ? all / <f32>max<u32>(1, named) : all;
  for (let j: usize = 0; j < <usize>n << 2; j += 4) {
    store<u32>(rows + j, j < end ? <u32>(outputRows + (j >>> 2) * rowBytes) : <u32>nullRow);
    store<f32>(target + j, 0);
    store<f32>(weight + j, j < end ? alone : 0);
  }
  for (let k: u32 = 0; k < named; k++, at += 12) {
    const j = <usize>load<u32>(at) << 2;
    store<f32>(target + j, scoredBy == 2 ? 1 : load<f32>(target + j) + load<f32>(at, 8) / all);
  }
  return n;
}

/** The mean of an example's rows, in the slices this worker owns. */
function hide(i: u32): void {
  const m = load<u32>(sizes + (<usize>i << 4));
  const all = load<u32>(sizes + (<usize>i << 4), 12);
  const scale = f32x4.splat(<f32>1 / <f32>max<u32>(1, all));
  const to = hiddenRows + <usize>i * rowBytes;
  const first = inputsOf(i);
  const last = first + (<usize>m << 2);
  const end = ownEnd();
  for (let d = ownStart(); d < end; d += LINE) {
    if (divides || keptMeans > 0) sumCounted(first, last, d, to + d, scale);
    else sumPlain(first, last, d, to + d, scale);
  }
}

/** One line of the sum of rows, scaled. */
// @ts-ignore: decorator
@inline
function sumPlain(first: usize, last: usize, d: usize, to: usize, scale: v128): void {
  let sum0 = f32x4.splat(0);
  let sum1 = sum0;
  let sum2 = sum0;
  let sum3 = sum0;
  for (let input = first; input < last; input += 4) {
    const row = <usize>load<u32>(input) + d;
    sum0 = f32x4.add(sum0, v128.load(row));
    sum1 = f32x4.add(sum1, v128.load(row, 16));
    sum2 = f32x4.add(sum2, v128.load(row, 32));
    sum3 = f32x4.add(sum3, v128.load(row, 48));
  }
  v128.store(to, f32x4.mul(sum0, scale));
  v128.store(to, f32x4.mul(sum1, scale), 16);
  v128.store(to, f32x4.mul(sum2, scale), 32);
  v128.store(to, f32x4.mul(sum3, scale), 48);
}

/** The same, each row as often as it occurs. */
// @ts-ignore: decorator
@inline
function sumCounted(first: usize, last: usize, d: usize, to: usize, scale: v128): void {
  let sum0 = f32x4.splat(0);
  let sum1 = sum0;
  let sum2 = sum0;
  let sum3 = sum0;
  for (let input = first; input < last; input += 4) {
    const row = <usize>load<u32>(input) + d;
    const count = v128.load32_splat(countOf(input));
    sum0 = madd(count, v128.load(row), sum0);
    sum1 = madd(count, v128.load(row, 16), sum1);
    sum2 = madd(count, v128.load(row, 32), sum2);
    sum3 = madd(count, v128.load(row, 48), sum3);
  }
  v128.store(to, f32x4.mul(sum0, scale));
  v128.store(to, f32x4.mul(sum1, scale), 16);
  v128.store(to, f32x4.mul(sum2, scale), 32);
  v128.store(to, f32x4.mul(sum3, scale), 48);
}

/** Products of the hidden row with each output row, in one slice. */
function scoreSlice(i: u32, to: usize, start: usize, end: usize): void {
  const n = <usize>load<u32>(sizes + (<usize>i << 4), 4) << 2;
  const hidden = hiddenRows + <usize>i * rowBytes;
  const rows = outputsOf(i);
  for (let j: usize = 0; j < n; j += 16) {
    const u0 = <usize>load<u32>(rows + j);
    const u1 = <usize>load<u32>(rows + j, 4);
    const u2 = <usize>load<u32>(rows + j, 8);
    const u3 = <usize>load<u32>(rows + j, 12);
    let s0 = f32x4.splat(0);
    let s1 = s0;
    let s2 = s0;
    let s3 = s0;
    for (let d = start; d < end; d += 16) {
      const h = v128.load(hidden + d);
      s0 = madd(h, v128.load(u0 + d), s0);
      s1 = madd(h, v128.load(u1 + d), s1);
      s2 = madd(h, v128.load(u2 + d), s2);
      s3 = madd(h, v128.load(u3 + d), s3);
    }
    const low = f32x4.add(v128.shuffle<f32>(s0, s1, 0, 4, 1, 5), v128.shuffle<f32>(s0, s1, 2, 6, 3, 7)); // 0 1 0 1
    const high = f32x4.add(v128.shuffle<f32>(s2, s3, 0, 4, 1, 5), v128.shuffle<f32>(s2, s3, 2, 6, 3, 7)); // 2 3 2 3
    const total = f32x4.add(v128.shuffle<f32>(low, high, 0, 1, 4, 5), v128.shuffle<f32>(low, high, 2, 3, 6, 7));
    v128.store(to + j, total);
  }
}

/** Leaves the sums over all slices as gradients. */
function addSlices(region: usize, n: u32): void {
  for (let j: usize = 0; j < <usize>n << 2; j += 16) {
    let x = v128.load(region + j);
    for (let slice: usize = 1; slice < <usize>slices; slice++) x = f32x4.add(x, v128.load(region + slice * scoreBytes + j));
    v128.store(gradients + j, x);
  }
}

/** g = rate x weight x (target - sigmoid(x)); the loss is the weighted sum of softplus(x) - target x. */
function sigmoids(i: u32, n: u32, rate: f32): void {
  const target = targetsOf(i);
  const weight = weightsOf(i);
  const one = f32x4.splat(1);
  const zero = f32x4.splat(0);
  let sum = zero;
  for (let j: usize = 0; j < <usize>n << 2; j += 16) {
    const x = v128.load(gradients + j);
    const t = v128.load(target + j);
    const w = v128.load(weight + j);
    const e = exp(f32x4.max(f32x4.neg(f32x4.abs(x)), f32x4.splat(-87)));
    const probability = f32x4.div(v128.bitselect(one, e, f32x4.gt(x, zero)), f32x4.add(one, e));
    const softplus = f32x4.add(f32x4.max(x, zero), logOnePlus(e));
    sum = f32x4.add(sum, f32x4.mul(w, f32x4.sub(softplus, f32x4.mul(t, x))));
    v128.store(gradients + j, flushed(f32x4.mul(f32x4.mul(f32x4.splat(rate), w), f32x4.sub(t, probability))));
  }
  loss += countable(added(sum));
}

/** An example's loss in units of 2^-24: sums of these are exact, and so do not depend on where batches end. */
// @ts-ignore: decorator
@inline
function countable(loss: f64): f64 {
  return nearest<f64>(loss * 16777216) / 16777216;
}

/** Gradients that would change nothing become 0: products with them would be denormal numbers, which processors are slow at. */
// @ts-ignore: decorator
@inline
function flushed(gradient: v128): v128 {
  return v128.and(gradient, f32x4.gt(f32x4.abs(gradient), f32x4.splat(1e-20)));
}

/** ln(1 + e) = 2 atanh(e / (2 + e)), by seven terms; for 0 <= e <= 1. */
// @ts-ignore: decorator
@inline
function logOnePlus(e: v128): v128 {
  const s = f32x4.div(e, f32x4.add(f32x4.splat(2), e));
  const square = f32x4.mul(s, s);
  let series = f32x4.splat(1.0 / 13);
  for (let k: f32 = 11; k > 0; k -= 2) series = madd(series, square, f32x4.splat(1 / k));
  return f32x4.mul(f32x4.add(s, s), series);
}

/** g = rate x weight x (target - p), p = softmax(x) over the labels; the loss is the cross-entropy. */
function softmax(i: u32, n: u32, rate: f32): void {
  const target = targetsOf(i);
  const weight = weightsOf(i);
  const end = <usize>n << 2;
  const count = <usize>labels << 2;
  let largest: f32 = -Infinity;
  for (let j: usize = 0; j < count; j += 4) largest = max<f32>(largest, load<f32>(gradients + j));
  for (let j = count; j < end; j += 4) store<f32>(gradients + j, largest - 1000);
  let powers = f32x4.splat(0);
  let right: f64 = 0;
  for (let j: usize = 0; j < end; j += 16) {
    const x = f32x4.sub(v128.load(gradients + j), f32x4.splat(largest));
    right += added(f32x4.mul(v128.load(target + j), x));
    const power = v128.and(exp(f32x4.max(x, f32x4.splat(-87))), f32x4.gt(x, f32x4.splat(-500)));
    powers = f32x4.add(powers, power);
    v128.store(gradients + j, power);
  }
  const total = <f32>added(powers);
  const step = f32x4.splat(rate * load<f32>(weight));
  const scale = f32x4.splat(<f32>1 / total);
  for (let j: usize = 0; j < end; j += 16) {
    const p = f32x4.mul(v128.load(gradients + j), scale);
    v128.store(gradients + j, flushed(f32x4.mul(step, f32x4.sub(v128.load(target + j), p))));
  }
  loss += countable(<f64>load<f32>(weight) * (ln(<f64>total) - right));
}

/** u_j += g_j h, and e = sum over j of g_j u_j, which then goes to every input row. */
function apply(i: u32, n: u32): void {
  const start = ownStart();
  const end = ownEnd();
  const hidden = hiddenRows + <usize>i * rowBytes;
  const rows = outputsOf(i);
  for (let d = start; d < end; d += 16) v128.store(change + d, f32x4.splat(0));
  for (let j: usize = 0; j < <usize>n << 2; j += 16)
    if (v128.any_true(v128.load(gradients + j))) applyFour(rows + j, gradients + j, hidden, start, end);
  const m = load<u32>(sizes + (<usize>i << 4));
  const all = load<u32>(sizes + (<usize>i << 4), 12);
  const share = f32x4.splat(divides ? <f32>1 / <f32>max<u32>(1, all) : 1);
  const first = inputsOf(i);
  const last = first + (<usize>m << 2);
  for (let d = start; d < end; d += 16) v128.store(change + d, f32x4.mul(v128.load(change + d), share));
  if (divides) spreadInSteps(first, last, start, end);
  else spread(first, last, start, end);
}

/** Adds the change to every input row. */
function spread(first: usize, last: usize, start: usize, end: usize): void {
  for (let d = start; d < end; d += LINE) {
    const step0 = v128.load(change + d);
    const step1 = v128.load(change + d, 16);
    const step2 = v128.load(change + d, 32);
    const step3 = v128.load(change + d, 48);
    for (let input = first; input < last; input += 4) {
      const row = <usize>load<u32>(input) + d;
      v128.store(row, f32x4.add(v128.load(row), step0));
      v128.store(row, f32x4.add(v128.load(row, 16), step1), 16);
      v128.store(row, f32x4.add(v128.load(row, 32), step2), 32);
      v128.store(row, f32x4.add(v128.load(row, 48), step3), 48);
    }
  }
}

/** The same, each row by its own step. */
function spreadInSteps(first: usize, last: usize, start: usize, end: usize): void {
  for (let d = start; d < end; d += LINE) {
    const step0 = v128.load(change + d);
    const step1 = v128.load(change + d, 16);
    const step2 = v128.load(change + d, 32);
    const step3 = v128.load(change + d, 48);
    for (let input = first; input < last; input += 4) {
      const row = <usize>load<u32>(input) + d;
      const step = v128.load32_splat(stepOf(input));
      v128.store(row, madd(step, step0, v128.load(row)));
      v128.store(row, madd(step, step1, v128.load(row, 16)), 16);
      v128.store(row, madd(step, step2, v128.load(row, 32)), 32);
      v128.store(row, madd(step, step3, v128.load(row, 48)), 48);
    }
  }
}

function applyFour(rows: usize, g: usize, hidden: usize, start: usize, end: usize): void {
  const r0 = <usize>load<u32>(rows);
  const r1 = <usize>load<u32>(rows, 4);
  const r2 = <usize>load<u32>(rows, 8);
  const r3 = <usize>load<u32>(rows, 12);
  const g0 = v128.load32_splat(g);
  const g1 = v128.load32_splat(g, 4);
  const g2 = v128.load32_splat(g, 8);
  const g3 = v128.load32_splat(g, 12);
  for (let d = start; d < end; d += 16) {
    const h = v128.load(hidden + d);
    const u0 = v128.load(r0 + d);
    const u1 = v128.load(r1 + d);
    const u2 = v128.load(r2 + d);
    const u3 = v128.load(r3 + d);
    v128.store(change + d, madd(g3, u3, madd(g2, u2, madd(g1, u1, madd(g0, u0, v128.load(change + d))))));
    v128.store(r0 + d, madd(g0, h, u0));
    v128.store(r1 + d, madd(g1, h, u1));
    v128.store(r2 + d, madd(g2, h, u2));
    v128.store(r3 + d, madd(g3, h, u3));
  }
}
