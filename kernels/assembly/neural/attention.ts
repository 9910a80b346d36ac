/**
 * Attention of many heads (Vaswani et al. 2017), a sequence and a head at a time. Where a position looks back alone, products leave out what is
 * beyond the last of some positions, or before the first of them.
 */
import { highDoubles, loadSome, lowDoubles, splat, storeSome, sumOfDoubles } from "./functions";
import { packColumns } from "./panels";
import { multiplyPart } from "./product";
import { softmaxRow } from "./rows";

// @ts-ignore: decorator
@inline
const LANES: usize = 16; // bytes of four floats
/** Positions of a product: a multiple of the rows of a tile. */
const POSITIONS: u32 = 48;

/**
 * Of one sequence of `length` positions, `known` of which are looked at. Rows of qkv have queries, keys and values of `width` numbers each.
 * `weights` gets length x length numbers of each head, `headStep` bytes apart; `packed` has room for a matrix of length x width / heads, or
 * transposed.
 */
export function attend(
  qkv: usize, y: usize, weights: usize, headStep: usize, length: u32, known: u32, width: u32, heads: u32, causal: bool,
  packed: usize, scratch: usize,
): void {
  const part = <usize>width << 2;
  const step = part * 3;
  const size = width / heads;
  const row = <usize>length << 2;
  const factor: f32 = 1 / sqrt<f32>(<f32>size);
  for (let head: u32 = 0; head < heads; head++, weights += headStep) {
    const at = <usize>(head * size) << 2;
    const q = qkv + at;
    packColumns(q + part, 4, step, size, known, packed);
    for (let i: u32 = 0; i < length; i += POSITIONS) {
      const end = min<u32>(i + POSITIONS, length);
      const seen = causal ? min<u32>(end, known) : known;
      const from = q + <usize>i * step;
      const to = weights + <usize>i * row;
      multiplyPart(from, step, 4, packed, size, known, to, row, end - i, 0, size, seen, false, scratch);
      weigh(to, row, i, end, length, known, causal, factor);
    }
    packColumns(q + 2 * part, step, 4, known, size, packed);
    for (let i: u32 = 0; i < length; i += POSITIONS) {
      const end = min<u32>(i + POSITIONS, length);
      const seen = causal ? min<u32>(end, known) : known;
      const to = y + at + <usize>i * part;
      const from = weights + <usize>i * row;
      multiplyPart(from, row, 4, packed, known, size, to, part, end - i, 0, seen, size, false, scratch);
    }
  }
}

/** From q k' to weights, in its place, for positions i..end-1. */
function weigh(
  line: usize, row: usize, i: u32, end: u32, length: u32, known: u32, causal: bool, factor: f32,
): void {
  for (; i < end; i++, line += row) {
    const seen = causal ? min<u32>(i + 1, known) : known;
    if (seen > 0) softmaxRow(line, line, seen, factor);
    memory.fill(line + (<usize>seen << 2), 0, <usize>(length - seen) << 2);
  }
}

/** `inner` has room for length x length numbers. */
export function attendBackward(
  qkv: usize, weights: usize, headStep: usize, gradient: usize, out: usize,
  length: u32, known: u32, width: u32, heads: u32, causal: bool,
  inner: usize, packed: usize, scratch: usize,
): void {
  const part = <usize>width << 2;
  const step = part * 3;
  const size = width / heads;
  const row = <usize>length << 2;
  const factor: f32 = 1 / sqrt<f32>(<f32>size);
  for (let head: u32 = 0; head < heads; head++, weights += headStep) {
    const at = <usize>(head * size) << 2;
    const q = qkv + at;
    const dy = gradient + at;
    const dq = out + at;
    packColumns(q + 2 * part, 4, step, size, known, packed);
    for (let i: u32 = 0; i < length; i += POSITIONS) {
      const end = min<u32>(i + POSITIONS, length);
      const seen = causal ? min<u32>(end, known) : known;
      const from = dy + <usize>i * part;
      const to = inner + <usize>i * row;
      multiplyPart(from, part, 4, packed, size, known, to, row, end - i, 0, size, seen, false, scratch);
      scoresBackward(weights + <usize>i * row, to, row, end - i, seen, factor);
    }
    packColumns(q + part, step, 4, known, size, packed);
    for (let i: u32 = 0; i < length; i += POSITIONS) {
      const end = min<u32>(i + POSITIONS, length);
      const seen = causal ? min<u32>(end, known) : known;
      const from = inner + <usize>i * row;
      const to = dq + <usize>i * step;
      multiplyPart(from, row, 4, packed, known, size, to, step, end - i, 0, seen, size, false, scratch);
    }
    packColumns(q, step, 4, length, size, packed);
    gatherBack(inner, dq + part, length, size, step, row, causal, packed, scratch);
    packColumns(dy, part, 4, length, size, packed);
    gatherBack(weights, dq + 2 * part, length, size, step, row, causal, packed, scratch);
  }
}

/** M' B, where row i of M (length x length) belongs to position i, which looks at those of the columns, and B is packed. */
function gatherBack(
  m: usize, out: usize, length: u32, size: u32, step: usize, row: usize, causal: bool, packed: usize, scratch: usize,
): void {
  for (let j: u32 = 0; j < length; j += POSITIONS) {
    const count = min<u32>(POSITIONS, length - j);
    const first = causal ? j : 0;
    const to = out + <usize>j * step;
    multiplyPart(m + (<usize>j << 2), 4, row, packed, length, size, to, step, count, first, length, size, false, scratch);
  }
}

/** From the gradient of the weights to that of q k', in its place: w (dw - sum w dw) / sqrt(d); 0 beyond `seen`. */
function scoresBackward(weights: usize, gradient: usize, row: usize, count: u32, seen: u32, factor: f32): void {
  const bytes = <usize>seen << 2;
  const factors = splat(factor);
  for (let i: u32 = 0; i < count; i++, weights += row, gradient += row) {
    let sums = splat(0);
    for (let at: usize = 0; at < bytes; at += LANES) {
      const left = (bytes - at) >> 2;
      const product = f32x4.mul(loadSome(weights + at, left, 0), loadSome(gradient + at, left, 0));
      sums = f64x2.add(sums, f64x2.add(lowDoubles(product), highDoubles(product)));
    }
    const mean = splat(<f32>sumOfDoubles(sums));
    for (let at: usize = 0; at < bytes; at += LANES) {
      const left = (bytes - at) >> 2;
      const weight = f32x4.mul(loadSome(weights + at, left, 0), factors);
      storeSome(gradient + at, f32x4.mul(weight, f32x4.sub(loadSome(gradient + at, left, 0), mean)), left);
    }
    memory.fill(gradient + bytes, 0, row - bytes);
  }
}
