/**
 * The arithmetic of `kernels/decomposition/subspace.ts` in single precision, four numbers at a time; the equations are told there.
 *
 * A tall matrix (rows x m, m a multiple of 32) lies in blocks of 32 columns, one after the other: 128 bytes a row, `blockBytes` a block.
 * A cell of the sparse matrix is [column: u32, value: f32]; `offsets` are numbers of cells from `cells` on (rows + 1,).
 * Each function does the share of thread `thread` of `threads`; what a number is made of, and in which order, does not depend on them.
 */
import { madd } from "./common/training";

const ROW: usize = 128; // bytes of a row of a block
const HALF: usize = 64; // and of half of it, a line of the cache
const STRIP: i32 = 64; // rows whose products are summed in single precision

/** 1 if multiply-add rounds once: x^2 - round(x^2) is then what the rounding took away. */
export function fuses(x: f32): bool {
  const product = f32x4.splat(x);
  return f32x4.extract_lane(madd(product, product, f32x4.splat(-(x * x))), 0) != 0;
}

/** z = -shift x. */
export function shifted(x: usize, z: usize, bytes: usize, shift: f32, thread: u32, threads: u32): void {
  const lines = <u32>(bytes / HALF);
  const end = shareEnd(lines, thread, threads) * HALF;
  const factor = f32x4.splat(shift);
  for (let at = shareStart(lines, thread, threads) * HALF; at < end; at += 16)
    v128.store(z + at, f32x4.sub(f32x4.splat(0), f32x4.mul(factor, v128.load(x + at))));
}

/** z += a'(a x) for each row a; a thread does some half blocks of columns. */
export function accumulate(
  offsets: usize,
  cells: usize,
  rows: u32,
  x: usize,
  z: usize,
  blockBytes: usize,
  blocks: u32,
  thread: u32,
  threads: u32,
): void {
  const end = <u32>shareEnd(2 * blocks, thread, threads);
  for (let half = <u32>shareStart(2 * blocks, thread, threads); half < end; ) {
    const at = <usize>(half >>> 1) * blockBytes + <usize>(half & 1) * HALF;
    if ((half & 1) == 0 && half + 1 < end) {
      accumulateWhole(offsets, cells, rows, x + at, z + at);
      half += 2;
    } else {
      accumulateHalf(offsets, cells, rows, x + at, z + at);
      half += 1;
    }
  }
}

function accumulateWhole(offsets: usize, cells: usize, rows: u32, x: usize, z: usize): void {
  for (const end = offsets + (<usize>rows << 2); offsets < end; offsets += 4) {
    const first = cells + (<usize>load<u32>(offsets) << 3);
    const last = cells + (<usize>load<u32>(offsets, 4) << 3);
    let y0 = f32x4.splat(0);
    let y1 = y0;
    let y2 = y0;
    let y3 = y0;
    let y4 = y0;
    let y5 = y0;
    let y6 = y0;
    let y7 = y0;
    for (let cell = first; cell < last; cell += 8) {
      const row = x + <usize>load<u32>(cell) * ROW;
      const value = v128.load_splat<f32>(cell, 4);
      y0 = madd(value, v128.load(row), y0);
      y1 = madd(value, v128.load(row, 16), y1);
      y2 = madd(value, v128.load(row, 32), y2);
      y3 = madd(value, v128.load(row, 48), y3);
      y4 = madd(value, v128.load(row, 64), y4);
      y5 = madd(value, v128.load(row, 80), y5);
      y6 = madd(value, v128.load(row, 96), y6);
      y7 = madd(value, v128.load(row, 112), y7);
    }
    for (let cell = first; cell < last; cell += 8) {
      const row = z + <usize>load<u32>(cell) * ROW;
      const value = v128.load_splat<f32>(cell, 4);
      v128.store(row, madd(value, y0, v128.load(row)));
      v128.store(row, madd(value, y1, v128.load(row, 16)), 16);
      v128.store(row, madd(value, y2, v128.load(row, 32)), 32);
      v128.store(row, madd(value, y3, v128.load(row, 48)), 48);
      v128.store(row, madd(value, y4, v128.load(row, 64)), 64);
      v128.store(row, madd(value, y5, v128.load(row, 80)), 80);
      v128.store(row, madd(value, y6, v128.load(row, 96)), 96);
      v128.store(row, madd(value, y7, v128.load(row, 112)), 112);
    }
  }
}

function accumulateHalf(offsets: usize, cells: usize, rows: u32, x: usize, z: usize): void {
  for (const end = offsets + (<usize>rows << 2); offsets < end; offsets += 4) {
    const first = cells + (<usize>load<u32>(offsets) << 3);
    const last = cells + (<usize>load<u32>(offsets, 4) << 3);
    let y0 = f32x4.splat(0);
    let y1 = y0;
    let y2 = y0;
    let y3 = y0;
    for (let cell = first; cell < last; cell += 8) {
      const row = x + <usize>load<u32>(cell) * ROW;
      const value = v128.load_splat<f32>(cell, 4);
      y0 = madd(value, v128.load(row), y0);
      y1 = madd(value, v128.load(row, 16), y1);
      y2 = madd(value, v128.load(row, 32), y2);
      y3 = madd(value, v128.load(row, 48), y3);
    }
    for (let cell = first; cell < last; cell += 8) {
      const row = z + <usize>load<u32>(cell) * ROW;
      const value = v128.load_splat<f32>(cell, 4);
      v128.store(row, madd(value, y0, v128.load(row)));
      v128.store(row, madd(value, y1, v128.load(row, 16)), 16);
      v128.store(row, madd(value, y2, v128.load(row, 32)), 32);
      v128.store(row, madd(value, y3, v128.load(row, 48)), 48);
    }
  }
}

/** y = a x for each row a; a thread does some half blocks of columns. */
export function products(
  offsets: usize,
  cells: usize,
  rows: u32,
  x: usize,
  blockBytes: usize,
  y: usize,
  productBytes: usize,
  blocks: u32,
  thread: u32,
  threads: u32,
): void {
  const end = <u32>shareEnd(2 * blocks, thread, threads);
  for (let half = <u32>shareStart(2 * blocks, thread, threads); half < end; half++) {
    const from = <usize>(half >>> 1);
    const within = <usize>(half & 1) * HALF;
    productsHalf(offsets, cells, rows, x + from * blockBytes + within, y + from * productBytes + within);
  }
}

function productsHalf(offsets: usize, cells: usize, rows: u32, x: usize, y: usize): void {
  for (const end = offsets + (<usize>rows << 2); offsets < end; offsets += 4, y += ROW) {
    const last = cells + (<usize>load<u32>(offsets, 4) << 3);
    let y0 = f32x4.splat(0);
    let y1 = y0;
    let y2 = y0;
    let y3 = y0;
    for (let cell = cells + (<usize>load<u32>(offsets) << 3); cell < last; cell += 8) {
      const row = x + <usize>load<u32>(cell) * ROW;
      const value = v128.load_splat<f32>(cell, 4);
      y0 = madd(value, v128.load(row), y0);
      y1 = madd(value, v128.load(row, 16), y1);
      y2 = madd(value, v128.load(row, 32), y2);
      y3 = madd(value, v128.load(row, 48), y3);
    }
    v128.store(y, y0);
    v128.store(y, y1, 16);
    v128.store(y, y2, 32);
    v128.store(y, y3, 48);
  }
}

/**
 * gram += x'x, its lower half, row-major in double precision (m x m): products are summed over 64 rows in single precision. A thread does
 * every so many-th of the tiles of four rows.
 */
export function gram(
  x: usize,
  rows: i32,
  blockBytes: usize,
  blocks: u32,
  out: usize,
  thread: u32,
  threads: u32,
): void {
  const width = <usize>blocks * 32;
  for (let start: i32 = 0; start < rows; start += STRIP) {
    const strip = x + <usize>start * ROW;
    const count = min(STRIP, rows - start);
    for (let i: usize = 4 * thread; i < width; i += 4 * threads)
      for (let j: usize = 0; j < i + 4; j += 8)
        addTile(columnAt(strip, i, blockBytes), columnAt(strip, j, blockBytes), count, out + 8 * (i * width + j), 8 * width);
  }
}

/** Four columns by eight, from `count` rows. */
function addTile(left: usize, right: usize, count: i32, out: usize, outRow: usize): void {
  let a0 = f32x4.splat(0);
  let a1 = a0;
  let b0 = a0;
  let b1 = a0;
  let c0 = a0;
  let c1 = a0;
  let d0 = a0;
  let d1 = a0;
  for (let n: i32 = 0; n < count; n++, left += ROW, right += ROW) {
    const low = v128.load(right);
    const high = v128.load(right, 16);
    const a = v128.load_splat<f32>(left);
    a0 = madd(a, low, a0);
    a1 = madd(a, high, a1);
    const b = v128.load_splat<f32>(left, 4);
    b0 = madd(b, low, b0);
    b1 = madd(b, high, b1);
    const c = v128.load_splat<f32>(left, 8);
    c0 = madd(c, low, c0);
    c1 = madd(c, high, c1);
    const d = v128.load_splat<f32>(left, 12);
    d0 = madd(d, low, d0);
    d1 = madd(d, high, d1);
  }
  addEight(out, a0, a1);
  addEight(out + outRow, b0, b1);
  addEight(out + 2 * outRow, c0, c1);
  addEight(out + 3 * outRow, d0, d1);
}

// @ts-ignore: decorator
@inline
function addEight(out: usize, low: v128, high: v128): void {
  addFour(out, low);
  addFour(out + 32, high);
}

// @ts-ignore: decorator
@inline
function addFour(out: usize, x: v128): void {
  v128.store(out, f64x2.add(v128.load(out), f64x2.promote_low_f32x4(x)));
  const upper = v128.shuffle<f32>(x, x, 2, 3, 2, 3);
  v128.store(out, f64x2.add(v128.load(out, 16), f64x2.promote_low_f32x4(upper)), 16);
}

/**
 * x <- x t in place, for `rows` rows, a multiple of four; t is packed by eight columns: (m / 8, m, 8). `scratch` is 16 m bytes long, of
 * this thread alone; a thread does some of the rows.
 */
export function transform(
  x: usize,
  rows: u32,
  blockBytes: usize,
  blocks: u32,
  t: usize,
  scratches: usize,
  thread: u32,
  threads: u32,
): void {
  const width = <usize>blocks * 32;
  const scratch = scratches + <usize>thread * 16 * width;
  const end = shareEnd(rows >>> 2, thread, threads) * 4;
  for (let row = shareStart(rows >>> 2, thread, threads) * 4; row < end; row += 4) {
    const four = x + row * ROW;
    for (let j: usize = 0; j < width; j += 8) transformTile(four, blockBytes, blocks, t + 4 * j * width, scratch + 16 * j);
    for (let j: usize = 0; j < width; j += 8) {
      const to = columnAt(four, j, blockBytes);
      const from = scratch + 16 * j;
      for (let k: usize = 0; k < 4; k++) {
        v128.store(to + k * ROW, v128.load(from + 32 * k));
        v128.store(to + k * ROW, v128.load(from + 32 * k, 16), 16);
      }
    }
  }
}

/** Eight columns of four rows. */
function transformTile(rows: usize, blockBytes: usize, blocks: u32, t: usize, out: usize): void {
  let a0 = f32x4.splat(0);
  let a1 = a0;
  let b0 = a0;
  let b1 = a0;
  let c0 = a0;
  let c1 = a0;
  let d0 = a0;
  let d1 = a0;
  for (let block: u32 = 0; block < blocks; block++) {
    let row = rows + <usize>block * blockBytes;
    for (const end = row + ROW; row < end; row += 4, t += 32) {
      const low = v128.load(t);
      const high = v128.load(t, 16);
      const a = v128.load_splat<f32>(row);
      a0 = madd(a, low, a0);
      a1 = madd(a, high, a1);
      const b = v128.load_splat<f32>(row, 128);
      b0 = madd(b, low, b0);
      b1 = madd(b, high, b1);
      const c = v128.load_splat<f32>(row, 256);
      c0 = madd(c, low, c0);
      c1 = madd(c, high, c1);
      const d = v128.load_splat<f32>(row, 384);
      d0 = madd(d, low, d0);
      d1 = madd(d, high, d1);
    }
  }
  v128.store(out, a0);
  v128.store(out, a1, 16);
  v128.store(out, b0, 32);
  v128.store(out, b1, 48);
  v128.store(out, c0, 64);
  v128.store(out, c1, 80);
  v128.store(out, d0, 96);
  v128.store(out, d1, 112);
}

/** Where column j of the first row lies. */
// @ts-ignore: decorator
@inline
function columnAt(x: usize, j: usize, blockBytes: usize): usize {
  return x + (j >>> 5) * blockBytes + ((j & 31) << 2);
}

// @ts-ignore: decorator
@inline
function shareStart(parts: u32, thread: u32, threads: u32): usize {
  return <usize>((<u64>parts * <u64>thread) / <u64>threads);
}

// @ts-ignore: decorator
@inline
function shareEnd(parts: u32, thread: u32, threads: u32): usize {
  return shareStart(parts, thread + 1, threads);
}
