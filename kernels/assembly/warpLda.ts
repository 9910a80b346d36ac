/**
 * The two phases of `kernels/topics/warpLda.ts`, with the same draws and the same arithmetic in double precision. Equations are told there.
 * A thread has an instance of its own; what lies at the addresses below is shared, but for `counts`, `local` and `histogram`.
 */
import { mix } from "./common/training";

export let topics: u32 = 0; // K
export let proposals: u32 = 0; // M
export let beta: f64 = 0;
export let alphaSum: f64 = 0;
export let isSymmetric: u32 = 1;

export let documentStarts: usize = 0; // u32 (N + 1,)
export let termStarts: usize = 0; // u32 (V + 1,)
export let order: usize = 0; // u32 (T,): places of the tokens of each term, ascending
export let assigned: usize = 0; // u16 (T,)
export let proposed: usize = 0; // u16 (T, M)
export let alpha: usize = 0; // f64 (K,)
export let alphaEnds: usize = 0; // f64 (K,): sums of alpha up to each topic, itself among them
export let totals: usize = 0; // f64 (K,)
export let shares: usize = 0; // f64 (K,): 1 / totals
export let sums: usize = 0; // u32 (V, K)

export let counts: usize = 0; // u32 (K,)
export let local: usize = 0; // u16, as many as the most frequent term has tokens
export let histogram: usize = 0; // u32 (K,)

export let acceptKey: i32 = 0;
export let acceptHigh: i32 = 0;
export let proposeKey: i32 = 0;
export let proposeHigh: i32 = 0;

/** The product of the tokens' probabilities since the phase was called, as likelihood * 2^(-500 * scalings). */
export let likelihood: f64 = 1;
export let scalings: u32 = 0;

const SMALLEST: f64 = reinterpret<f64>(0x20b0000000000000); // 2^-500
const LARGEST: f64 = reinterpret<f64>(0x5f30000000000000); // 2^500
const UNIT: f64 = 1.0 / 4294967296.0;

// @ts-ignore: decorator
@inline
function draw(index: u32, key: i32, high: i32): f64 {
  return <f64>(<u32>mix(mix(<i32>index ^ key) ^ high)) * UNIT;
}

// @ts-ignore: decorator
@inline
function multiply(probability: f64): void {
  likelihood *= probability;
  if (likelihood >= SMALLEST) return;
  likelihood *= LARGEST;
  scalings++;
}

// @ts-ignore: decorator
@inline
function float(base: usize, k: u32): f64 {
  return load<f64>(base + (<usize>k << 3));
}

// @ts-ignore: decorator
@inline
function count(k: u32): f64 {
  return <f64>load<u32>(counts + (<usize>k << 2));
}

// @ts-ignore: decorator
@inline
function add(base: usize, k: u32): void {
  const at = base + (<usize>k << 2);
  store<u32>(at, load<u32>(at) + 1);
}

/** The topic in which a point between 0 and the sum of alpha lies. */
function priorTopic(point: f64): u32 {
  if (isSymmetric) return min(<u32>(point / load<f64>(alpha)), topics - 1);
  let low: u32 = 0;
  let high: u32 = topics - 1;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (point < float(alphaEnds, middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** The documents [first, last). */
export function documents(first: u32, last: u32): void {
  likelihood = 1;
  scalings = 0;
  const M = proposals;
  for (let d = first; d < last; d++) {
    const from = load<u32>(documentStarts + (<usize>d << 2));
    const to = load<u32>(documentStarts + (<usize>(d + 1) << 2));
    if (from == to) continue;
    const length = <f64>(to - from);
    const whole = length + alphaSum;
    const perWhole = 1 / whole;
    memory.fill(counts, 0, <usize>topics << 2);
    for (let i = from; i < to; i++) add(counts, load<u16>(assigned + (<usize>i << 1)));
    for (let i = from; i < to; i++) {
      let k: u32 = load<u16>(assigned + (<usize>i << 1));
      multiply((count(k) + float(alpha, k)) * perWhole);
      for (let index = i * M, end = index + M; index < end; index++) {
        const p: u32 = load<u16>(proposed + (<usize>index << 1));
        if (p == k) continue;
        const gain = (count(p) + float(alpha, p)) * float(totals, k);
        const stay = (count(k) + float(alpha, k)) * float(totals, p);
        if (draw(index, acceptKey, acceptHigh) * stay < gain) k = p;
      }
      store<u16>(assigned + (<usize>i << 1), <u16>k);
      add(histogram, k);
    }
    for (let index = from * M, end = to * M; index < end; index++) {
      const point = draw(index, proposeKey, proposeHigh) * whole;
      const k =
        point < length
          ? <u32>load<u16>(assigned + (<usize>(from + <u32>point) << 1))
          : priorTopic(point - length);
      store<u16>(proposed + (<usize>index << 1), <u16>k);
    }
  }
}

/** The terms [first, last). */
export function terms(first: u32, last: u32, isSampled: u32): void {
  likelihood = 1;
  scalings = 0;
  const M = proposals;
  const prior = beta * <f64>topics;
  for (let w = first; w < last; w++) {
    const from = load<u32>(termStarts + (<usize>w << 2));
    const length = load<u32>(termStarts + (<usize>(w + 1) << 2)) - from;
    if (length == 0) continue;
    const whole = <f64>length + prior;
    const places = order + (<usize>from << 2);
    memory.fill(counts, 0, <usize>topics << 2);
    for (let j: u32 = 0; j < length; j++) {
      const k = load<u16>(assigned + (<usize>load<u32>(places + (<usize>j << 2)) << 1));
      store<u16>(local + (<usize>j << 1), k);
      add(counts, k);
    }
    for (let j: u32 = 0; j < length; j++) {
      const i = load<u32>(places + (<usize>j << 2));
      let k: u32 = load<u16>(local + (<usize>j << 1));
      multiply((count(k) + beta) * float(shares, k));
      for (let index = i * M, end = index + M; index < end; index++) {
        const p: u32 = load<u16>(proposed + (<usize>index << 1));
        if (p == k) continue;
        const gain = (count(p) + beta) * float(totals, k);
        const stay = (count(k) + beta) * float(totals, p);
        if (draw(index, acceptKey, acceptHigh) * stay < gain) k = p;
      }
      store<u16>(local + (<usize>j << 1), <u16>k);
      store<u16>(assigned + (<usize>i << 1), <u16>k);
      add(histogram, k);
    }
    if (isSampled) {
      const row = sums + ((<usize>w * <usize>topics) << 2);
      for (let j: u32 = 0; j < length; j++) add(row, load<u16>(local + (<usize>j << 1)));
    }
    for (let j: u32 = 0; j < length; j++) {
      for (let index = load<u32>(places + (<usize>j << 2)) * M, end = index + M; index < end; index++) {
        const point = draw(index, proposeKey, proposeHigh) * whole;
        const k =
          point < <f64>length
            ? <u32>load<u16>(local + (<usize>(<u32>point) << 1))
            : min(<u32>((point - <f64>length) / beta), topics - 1);
        store<u16>(proposed + (<usize>index << 1), <u16>k);
      }
    }
  }
}
