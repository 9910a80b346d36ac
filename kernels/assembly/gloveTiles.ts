/**
 * Deals the cells of a block of rows out to its tiles, for `kernels/embedding/gloveTiles.ts`. The cells of a tile lie in chunks of `CHUNK`
 * bytes, each of them [address of the next chunk, 0, cells]; a tile is [address of its first chunk, place of its next cell], zeros without
 * cells. A cell is [row in tile << 16 | column in tile: u32, ln x: f32].
 */

import { drawUint32 } from "./common/training";

const CHUNK: usize = 8192;

/** Where the next chunk is made. */
export let chunksEnd: usize = 0;

export function startChunks(at: usize): void {
  chunksEnd = at;
}

/**
 * ln x of `count` weights in single precision; both places are read and written up to a multiple of 2. Returns the first that is not finite
 * and > 0, or -1. The arithmetic is that of `ln` in `kernels/numbers/logarithm.ts`, two weights at a time.
 */
export function logarithms(weights: usize, count: i32, out: usize): i32 {
  for (let n: i32 = 0; n < count; n += 2, weights += 16, out += 8) {
    const x = v128.load(weights);
    const isValid = v128.and(f64x2.gt(x, f64x2.splat(0)), f64x2.lt(x, f64x2.splat(Infinity)));
    if (!i64x2.all_true(isValid)) {
      const broken = n + i32(i64x2.extract_lane(isValid, 0) != 0);
      if (broken < count) return broken;
    }
    v128.store64_lane(out, f32x4.demote_f64x2_zero(ln(x)), 0);
  }
  return -1;
}

// @ts-ignore: decorator
@inline
function ln(weight: v128): v128 {
  const isSmall = f64x2.lt(weight, f64x2.splat(2.2250738585072014e-308)); // too small for a full mantissa
  const x = v128.bitselect(f64x2.mul(weight, f64x2.splat(1152921504606846976)), weight, isSmall); // 2^60
  // the exponent as the last bits of 2^52, less what the format adds to it
  const exponent = v128.or(i64x2.shr_u(x, 52), i64x2.splat(0x4330000000000000));
  let k = f64x2.sub(exponent, f64x2.splat(4503599627370496.0 + 1023));
  k = f64x2.sub(k, v128.and(isSmall, f64x2.splat(60)));
  let m = v128.or(v128.and(x, i64x2.splat(0xfffffffffffff)), i64x2.splat(0x3ff0000000000000));
  const isLarge = f64x2.gt(m, f64x2.splat(1.4142135623730951));
  m = v128.bitselect(f64x2.mul(m, f64x2.splat(0.5)), m, isLarge);
  k = f64x2.add(k, v128.and(isLarge, f64x2.splat(1)));
  const one = f64x2.splat(1);
  const s = f64x2.div(f64x2.sub(m, one), f64x2.add(m, one));
  const square = f64x2.mul(s, s);
  let series = f64x2.mul(f64x2.splat(1.0 / 21), square);
  series = f64x2.mul(f64x2.add(series, f64x2.splat(1.0 / 19)), square);
  series = f64x2.mul(f64x2.add(series, f64x2.splat(1.0 / 17)), square);
  series = f64x2.mul(f64x2.add(series, f64x2.splat(1.0 / 15)), square);
  series = f64x2.mul(f64x2.add(series, f64x2.splat(1.0 / 13)), square);
  series = f64x2.mul(f64x2.add(series, f64x2.splat(1.0 / 11)), square);
  series = f64x2.mul(f64x2.add(series, f64x2.splat(1.0 / 9)), square);
  series = f64x2.mul(f64x2.add(series, f64x2.splat(1.0 / 7)), square);
  series = f64x2.mul(f64x2.add(series, f64x2.splat(1.0 / 5)), square);
  series = f64x2.mul(f64x2.add(series, f64x2.splat(1.0 / 3)), square);
  const twice = f64x2.mul(f64x2.add(s, s), f64x2.add(one, series));
  return f64x2.add(f64x2.mul(k, f64x2.splat(0.6931471805599453)), twice);
}

/**
 * Puts cells from number `from` on behind those of their tiles, up to the first that does not belong to the block of rows which begins with
 * `firstRow`, or has no column below `terms`; returns its number. Both sides of a tile have `size` terms.
 */
export function place(
  rows: usize,
  columns: usize,
  logs: usize,
  from: i32,
  count: i32,
  firstRow: i32,
  size: i32,
  terms: i32,
  tiles: usize,
): i32 {
  const rowsOfBlock = min(size, terms - firstRow);
  let tile = tiles;
  let firstColumn: i32 = 0;
  let end: usize = load<u32>(tile, 4);
  let n = from;
  for (; n < count; n++) {
    const row = load<i32>(rows + (<usize>n << 2)) - firstRow;
    const id = load<i32>(columns + (<usize>n << 2));
    if (<u32>row >= <u32>rowsOfBlock || <u32>id >= <u32>terms) break;
    if (<u32>(id - firstColumn) >= <u32>size) {
      store<u32>(tile, <u32>end, 4);
      const number = id / size;
      firstColumn = number * size;
      tile = tiles + (<usize>number << 3);
      end = load<u32>(tile, 4);
    }
    if ((end & (CHUNK - 1)) == 0) end = newChunk(tile, end);
    store<i32>(end, (row << 16) | (id - firstColumn));
    store<f32>(end, load<f32>(logs + (<usize>n << 2)), 4);
    end += 8;
  }
  store<u32>(tile, end, 4);
  return n;
}

/** Makes a chunk that follows the one that ends at `end`, or the first of a tile; returns the place of its first cell. */
function newChunk(tile: usize, end: usize): usize {
  const chunk = chunksEnd;
  chunksEnd += CHUNK;
  store<u32>(end == 0 ? tile : end - CHUNK, chunk);
  return chunk + 8;
}

/**
 * Copies the cells of a tile to `out`, in the random order of Fisher and Yates; the draw for cell i is number `first` + i of a random stream.
 * Returns where they end.
 */
export function shuffledCells(tile: usize, out: usize, first: f64, key0: i32, key1: i32): usize {
  const end = copyCells(tile, out);
  for (let last = end - 8; last > out; last -= 8) {
    const i = (last - out) >>> 3;
    const draw = <f64>drawUint32(<u64>first + i, key0, key1) * (1.0 / 4294967296);
    const other = out + (<usize>(draw * <f64>(i + 1)) << 3);
    const cell = load<u64>(last);
    store<u64>(last, load<u64>(other));
    store<u64>(other, cell);
  }
  return end;
}

function copyCells(tile: usize, out: usize): usize {
  const end: usize = load<u32>(tile, 4);
  if (end == 0) return out;
  const lastChunk = (end - 1) & ~(CHUNK - 1);
  let chunk: usize = load<u32>(tile);
  for (; chunk != lastChunk; chunk = load<u32>(chunk)) {
    memory.copy(out, chunk + 8, CHUNK - 8);
    out += CHUNK - 8;
  }
  const length = end - chunk - 8;
  memory.copy(out, chunk + 8, length);
  return out + length;
}
