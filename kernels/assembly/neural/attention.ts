/** Attention of many heads (Vaswani et al. 2017), a sequence and a head at a time. */
import { highDoubles, loadSome, lowDoubles, splat, storeSome, sumOfDoubles } from "./functions";
import { multiply, packColumns } from "./product";
import { softmaxRow } from "./rows";

// @ts-ignore: decorator
@inline
const LANES: usize = 16; // bytes of four floats

/**
 * Of one sequence of `length` positions, `known` of which are looked at. Rows of qkv are `step` bytes long: queries, keys and values of D
 * numbers each. `weights` gets length x length numbers of each head, `headStep` bytes apart; `packed` has room for a matrix of length x length or length x D / heads.
 */
export function attend(
  qkv: usize, y: usize, weights: usize, headStep: usize, length: u32, known: u32, width: u32, heads: u32, causal: bool,
  packed: usize, scratch: usize,
): void {
  const step = <usize>width * 12;
  const size = width / heads;
  const row = <usize>length << 2;
  const factor: f32 = 1 / sqrt<f32>(<f32>size);
  for (let head: u32 = 0; head < heads; head++) {
    const q = qkv + (<usize>(head * size) << 2);
    const k = q + (<usize>width << 2);
    const v = k + (<usize>width << 2);
    packColumns(k, 4, step, size, known, packed);
    multiply(q, step, 4, packed, weights, row, length, size, known, false, scratch);
    for (let i: u32 = 0; i < length; i++) {
      const seen = causal ? min<u32>(i + 1, known) : known;
      const line = weights + <usize>i * row;
      if (seen > 0) softmaxRow(line, line, seen, factor);
      memory.fill(line + (<usize>seen << 2), 0, <usize>(length - seen) << 2);
    }
    packColumns(v, step, 4, known, size, packed);
    multiply(weights, row, 4, packed, y + (<usize>(head * size) << 2), step / 3, length, known, size, false, scratch);
    weights += headStep;
  }
}

/** `inner` has room for length x length numbers. */
export function attendBackward(
  qkv: usize, weights: usize, headStep: usize, gradient: usize, out: usize,
  length: u32, known: u32, width: u32, heads: u32,
  inner: usize, packed: usize, scratch: usize,
): void {
  const part = <usize>width << 2;
  const step = part * 3;
  const size = width / heads;
  const row = <usize>length << 2;
  const factor: f32 = 1 / sqrt<f32>(<f32>size);
  for (let head: u32 = 0; head < heads; head++) {
    const at = <usize>(head * size) << 2;
    const q = qkv + at;
    const dy = gradient + at;
    const dq = out + at;
    // weights: dW = dY V'
    packColumns(q + 2 * part, 4, step, size, known, packed);
    multiply(dy, part, 4, packed, inner, row, length, size, known, false, scratch);
    scoresBackward(weights, inner, length, known, factor);
    packColumns(q + part, step, 4, known, size, packed);
    multiply(inner, row, 4, packed, dq, step, length, known, size, false, scratch);
    packColumns(q, step, 4, length, size, packed);
    multiply(inner, 4, row, packed, dq + part, step, length, length, size, false, scratch);
    packColumns(dy, part, 4, length, size, packed);
    multiply(weights, 4, row, packed, dq + 2 * part, step, length, length, size, false, scratch);
    weights += headStep;
  }
}

/** From the gradient of the weights to that of q k', in its place: w (dw - sum w dw) / sqrt(d); 0 beyond `known`. */
function scoresBackward(weights: usize, gradient: usize, length: u32, known: u32, factor: f32): void {
  const row = <usize>length << 2;
  const bytes = <usize>known << 2;
  const factors = splat(factor);
  for (let i: u32 = 0; i < length; i++, weights += row, gradient += row) {
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
