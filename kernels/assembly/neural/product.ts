/**
 * Products of matrices in single precision: C = A B, or C += A B.
 *
 * A is packed into panels of six rows, B into panels of eight columns, both in blocks of DEPTH along k; a tile of six by eight sums is held in
 * registers while k runs (Goto and van de Geijn 2008, ACM TOMS 34(3)). Each sum is taken in ascending k, from 0 or from what C holds, one
 * product after the other: its bytes depend neither on how many rows or columns a call is given nor on who makes it.
 */
import { madd } from "../common/training";

const DEPTH: u32 = 256;
/** Rows of A that are packed at a time: 240 KiB, which the second cache holds. */
const HEIGHT: u32 = 240;
const ROWS: u32 = 6;
const COLUMNS: u32 = 8;
const ROW: usize = 32; // bytes of a row of a panel of B

/** Bytes that `packColumns` writes. */
export function packedBytes(k: u32, n: u32): usize {
  return <usize>k * <usize>((n + COLUMNS - 1) / COLUMNS) * ROW;
}

/** Bytes of scratch that `multiply` needs for the rows of A. */
export function scratchBytes(m: u32, k: u32): usize {
  const height = min<u32>((m + ROWS - 1) / ROWS * ROWS, HEIGHT);
  return <usize>height * <usize>min<u32>(k, DEPTH) * 4 + 256;
}

/** B (k x n) in panels; its number (p, j) lies at b + p rowStep + j columnStep, in bytes. Places beyond n hold 0. */
export function packColumns(b: usize, rowStep: usize, columnStep: usize, k: u32, n: u32, packed: usize): void {
  const panels = (n + COLUMNS - 1) / COLUMNS;
  for (let first: u32 = 0; first < k; first += DEPTH) {
    const depth = min<u32>(DEPTH, k - first);
    const from = b + <usize>first * rowStep;
    const to = packed + <usize>first * <usize>panels * ROW;
    const panelBytes = <usize>depth * ROW;
    let j: u32 = 0;
    if (columnStep == 4)
      for (; j + 4 * COLUMNS <= n; j += 4 * COLUMNS)
        packFour(from + (<usize>j << 2), rowStep, to + <usize>(j / COLUMNS) * panelBytes, panelBytes);
    for (; j < n; j += COLUMNS) {
      const source = from + <usize>j * columnStep;
      const target = to + <usize>(j / COLUMNS) * panelBytes;
      if (n - j < COLUMNS) packPart(source, rowStep, columnStep, depth, n - j, target);
      else if (columnStep == 4) packAlong(source, rowStep, depth, target);
      else packAcross(source, rowStep, columnStep, depth, target);
    }
  }
}

/** Four panels of columns that lie beside each other: whole cache lines are read. */
// @ts-ignore: decorator
@inline
function packFour(source: usize, rowStep: usize, target: usize, panelBytes: usize): void {
  const second = target + panelBytes;
  const third = second + panelBytes;
  const fourth = third + panelBytes;
  for (let at: usize = 0; at < panelBytes; at += ROW, source += rowStep) {
    v128.store(target + at, v128.load(source));
    v128.store(target + at, v128.load(source, 16), 16);
    v128.store(second + at, v128.load(source, 32));
    v128.store(second + at, v128.load(source, 48), 16);
    v128.store(third + at, v128.load(source, 64));
    v128.store(third + at, v128.load(source, 80), 16);
    v128.store(fourth + at, v128.load(source, 96));
    v128.store(fourth + at, v128.load(source, 112), 16);
  }
}

/** Eight columns that lie beside each other. */
// @ts-ignore: decorator
@inline
function packAlong(source: usize, rowStep: usize, depth: u32, target: usize): void {
  for (let p: u32 = 0; p < depth; p++, source += rowStep, target += ROW) {
    v128.store(target, v128.load(source));
    v128.store(target, v128.load(source, 16), 16);
  }
}

/** Eight columns each of which lies in one piece: rows of a matrix that is transposed. */
// @ts-ignore: decorator
@inline
function packAcross(source: usize, rowStep: usize, columnStep: usize, depth: u32, target: usize): void {
  const low = source;
  const high = source + 4 * columnStep;
  let p: u32 = 0;
  if (rowStep == 4)
    for (; p + 4 <= depth; p += 4) {
      const at = <usize>p << 2;
      transpose(low + at, columnStep, target + <usize>p * ROW, ROW);
      transpose(high + at, columnStep, target + <usize>p * ROW + 16, ROW);
    }
  packPart(source + <usize>p * rowStep, rowStep, columnStep, depth - p, COLUMNS, target + <usize>p * ROW);
}

/** Four by four numbers. */
// @ts-ignore: decorator
@inline
function transpose(source: usize, sourceStep: usize, target: usize, targetStep: usize): void {
  const a = v128.load(source);
  const b = v128.load(source + sourceStep);
  const c = v128.load(source + 2 * sourceStep);
  const d = v128.load(source + 3 * sourceStep);
  const ab = v128.shuffle<f32>(a, b, 0, 4, 1, 5);
  const cd = v128.shuffle<f32>(c, d, 0, 4, 1, 5);
  const abHigh = v128.shuffle<f32>(a, b, 2, 6, 3, 7);
  const cdHigh = v128.shuffle<f32>(c, d, 2, 6, 3, 7);
  v128.store(target, v128.shuffle<f32>(ab, cd, 0, 1, 4, 5));
  v128.store(target + targetStep, v128.shuffle<f32>(ab, cd, 2, 3, 6, 7));
  v128.store(target + 2 * targetStep, v128.shuffle<f32>(abHigh, cdHigh, 0, 1, 4, 5));
  v128.store(target + 3 * targetStep, v128.shuffle<f32>(abHigh, cdHigh, 2, 3, 6, 7));
}

function packPart(source: usize, rowStep: usize, columnStep: usize, depth: u32, columns: u32, target: usize): void {
  for (let p: u32 = 0; p < depth; p++, source += rowStep, target += ROW) {
    let from = source;
    for (let j: u32 = 0; j < columns; j++, from += columnStep) store<f32>(target + (<usize>j << 2), load<f32>(from));
    for (let j = columns; j < COLUMNS; j++) store<f32>(target + (<usize>j << 2), 0);
  }
}

/** Rows of A (m x k) in panels of six, the last one as high as what is left. */
function packRows(a: usize, rowStep: usize, columnStep: usize, m: u32, depth: u32, target: usize): void {
  let i: u32 = 0;
  for (; i + ROWS <= m; i += ROWS, a += <usize>ROWS * rowStep, target += <usize>depth * 24) {
    if (columnStep == 4) packSixRows(a, rowStep, depth, target);
    else if (rowStep == 4) packSixColumns(a, columnStep, depth, target);
    else packSome(a, rowStep, columnStep, ROWS, depth, target);
  }
  if (i < m) packSome(a, rowStep, columnStep, m - i, depth, target);
}

function packSome(a: usize, rowStep: usize, columnStep: usize, rows: u32, depth: u32, target: usize): void {
  const step = <usize>rows << 2;
  for (let r: u32 = 0; r < rows; r++, a += rowStep, target += 4) {
    let from = a;
    let to = target;
    for (let p: u32 = 0; p < depth; p++, from += columnStep, to += step) store<f32>(to, load<f32>(from));
  }
}

// @ts-ignore: decorator
@inline
function packSixRows(a: usize, rowStep: usize, depth: u32, target: usize): void {
  const fifth = a + 4 * rowStep;
  const sixth = fifth + rowStep;
  let p: u32 = 0;
  for (; p + 4 <= depth; p += 4, target += 96) {
    const at = <usize>p << 2;
    transpose(a + at, rowStep, target, 24);
    const low = v128.load(fifth + at);
    const high = v128.load(sixth + at);
    const first = v128.shuffle<f32>(low, high, 0, 4, 1, 5);
    const second = v128.shuffle<f32>(low, high, 2, 6, 3, 7);
    v128.store64_lane(target, first, 0, 16);
    v128.store64_lane(target, first, 1, 40);
    v128.store64_lane(target, second, 0, 64);
    v128.store64_lane(target, second, 1, 88);
  }
  if (p < depth) packSome(a + (<usize>p << 2), rowStep, 4, ROWS, depth - p, target);
}

/** Six rows that lie beside each other: columns of a matrix that is transposed. */
// @ts-ignore: decorator
@inline
function packSixColumns(a: usize, columnStep: usize, depth: u32, target: usize): void {
  for (; depth > 0; depth--, a += columnStep, target += 24) {
    v128.store(target, v128.load(a));
    store<u64>(target, load<u64>(a, 16), 16);
  }
}

/**
 * C (m x n) = A B, or C += A B where `adds`: A's number (i, p) lies at a + i rowStep + p columnStep, B is packed, the rows of C lie `cStep`
 * bytes apart.
 */
export function multiply(
  a: usize, rowStep: usize, columnStep: usize,
  packed: usize,
  c: usize, cStep: usize,
  m: u32, k: u32, n: u32,
  adds: bool,
  scratch: usize,
): void {
  multiplyPart(a, rowStep, columnStep, packed, k, n, c, cStep, m, 0, k, n, adds, scratch);
}

/** The same of columns from..to-1 of A and rows from..to-1 of B, for the first n columns of B, which is packed as `rows` x `columns`. */
export function multiplyPart(
  a: usize, rowStep: usize, columnStep: usize,
  packed: usize, rows: u32, columns: u32,
  c: usize, cStep: usize,
  m: u32, from: u32, to: u32, n: u32,
  adds: bool,
  scratch: usize,
): void {
  if (from >= to && !adds) for (let i: u32 = 0; i < m; i++) memory.fill(c + <usize>i * cStep, 0, <usize>n << 2);
  const panels = <usize>((columns + COLUMNS - 1) / COLUMNS);
  for (let first = from; first < to; ) {
    const block = first - (first % DEPTH);
    const end = min<u32>(block + DEPTH, rows);
    const depth = min<u32>(end, to) - first;
    const panelBytes = <usize>(end - block) * ROW;
    const begin = packed + <usize>block * panels * ROW + <usize>(first - block) * ROW;
    for (let top: u32 = 0; top < m; top += HEIGHT) {
      const height = min<u32>(HEIGHT, m - top);
      packRows(a + <usize>top * rowStep + <usize>first * columnStep, rowStep, columnStep, height, depth, scratch);
      for (let j: u32 = 0; j < n; j += COLUMNS) {
        const corner = c + <usize>top * cStep + (<usize>j << 2);
        const panel = begin + <usize>(j / COLUMNS) * panelBytes;
        tiles(scratch, panel, corner, cStep, height, depth, n - j, adds || first > from);
      }
    }
    first += depth;
  }
}

/** A column of tiles, at most eight numbers wide. */
function tiles(a: usize, b: usize, c: usize, cStep: usize, m: u32, depth: u32, width: u32, adds: bool): void {
  let i: u32 = 0;
  const high = <usize>depth * <usize>ROWS * 4;
  if (width >= COLUMNS) {
    for (; i + ROWS <= m; i += ROWS, a += high, c += cStep * <usize>ROWS) tile6(a, b, c, cStep, depth, adds);
    tileLeft(a, b, c, cStep, m - i, depth, adds);
    return;
  }
  for (; i < m; i += ROWS, a += high, c += cStep * <usize>ROWS) {
    const rows = min<u32>(ROWS, m - i);
    if (adds) copyTile(c, cStep, edge, ROW, rows, width);
    if (rows == ROWS) tile6(a, b, edge, ROW, depth, adds);
    else tileLeft(a, b, edge, ROW, rows, depth, adds);
    copyTile(edge, ROW, c, cStep, rows, width);
  }
}

/** Where tiles at the right edge are summed: 192 bytes, given by the host. */
export let edge: usize = 0;

function copyTile(from: usize, fromStep: usize, to: usize, toStep: usize, rows: u32, width: u32): void {
  for (let i: u32 = 0; i < rows; i++, from += fromStep, to += toStep)
    for (let j: usize = 0; j < (<usize>width << 2); j += 4) store<f32>(to + j, load<f32>(from + j));
}

/** Fewer than six rows, of a panel that is as high: four, two and one at a time. */
function tileLeft(a: usize, b: usize, c: usize, cStep: usize, rows: u32, depth: u32, adds: bool): void {
  const step = <usize>rows << 2;
  if (rows >= 4) {
    tile4(a, step, b, c, cStep, depth, adds);
    a += 16;
    c += 4 * cStep;
    rows -= 4;
  }
  if (rows >= 2) {
    tile2(a, step, b, c, cStep, depth, adds);
    a += 8;
    c += 2 * cStep;
    rows -= 2;
  }
  if (rows == 1) tile1(a, step, b, c, depth, adds);
}

function tile6(a: usize, b: usize, c: usize, cStep: usize, depth: u32, adds: bool): void {
  const c1 = c + cStep;
  const c2 = c1 + cStep;
  const c3 = c2 + cStep;
  const c4 = c3 + cStep;
  const c5 = c4 + cStep;
  let s00 = f32x4.splat(0);
  let s01 = s00;
  let s10 = s00;
  let s11 = s00;
  let s20 = s00;
  let s21 = s00;
  let s30 = s00;
  let s31 = s00;
  let s40 = s00;
  let s41 = s00;
  let s50 = s00;
  let s51 = s00;
  if (adds) {
    s00 = v128.load(c);
    s01 = v128.load(c, 16);
    s10 = v128.load(c1);
    s11 = v128.load(c1, 16);
    s20 = v128.load(c2);
    s21 = v128.load(c2, 16);
    s30 = v128.load(c3);
    s31 = v128.load(c3, 16);
    s40 = v128.load(c4);
    s41 = v128.load(c4, 16);
    s50 = v128.load(c5);
    s51 = v128.load(c5, 16);
  }
  const end = b + <usize>depth * ROW;
  for (; b < end; b += ROW, a += 24) {
    const b0 = v128.load(b);
    const b1 = v128.load(b, 16);
    let x = v128.load32_splat(a);
    s00 = madd(b0, x, s00);
    s01 = madd(b1, x, s01);
    x = v128.load32_splat(a, 4);
    s10 = madd(b0, x, s10);
    s11 = madd(b1, x, s11);
    x = v128.load32_splat(a, 8);
    s20 = madd(b0, x, s20);
    s21 = madd(b1, x, s21);
    x = v128.load32_splat(a, 12);
    s30 = madd(b0, x, s30);
    s31 = madd(b1, x, s31);
    x = v128.load32_splat(a, 16);
    s40 = madd(b0, x, s40);
    s41 = madd(b1, x, s41);
    x = v128.load32_splat(a, 20);
    s50 = madd(b0, x, s50);
    s51 = madd(b1, x, s51);
  }
  v128.store(c, s00);
  v128.store(c, s01, 16);
  v128.store(c1, s10);
  v128.store(c1, s11, 16);
  v128.store(c2, s20);
  v128.store(c2, s21, 16);
  v128.store(c3, s30);
  v128.store(c3, s31, 16);
  v128.store(c4, s40);
  v128.store(c4, s41, 16);
  v128.store(c5, s50);
  v128.store(c5, s51, 16);
}

function tile4(a: usize, step: usize, b: usize, c: usize, cStep: usize, depth: u32, adds: bool): void {
  const c1 = c + cStep;
  const c2 = c1 + cStep;
  const c3 = c2 + cStep;
  let s00 = f32x4.splat(0);
  let s01 = s00;
  let s10 = s00;
  let s11 = s00;
  let s20 = s00;
  let s21 = s00;
  let s30 = s00;
  let s31 = s00;
  if (adds) {
    s00 = v128.load(c);
    s01 = v128.load(c, 16);
    s10 = v128.load(c1);
    s11 = v128.load(c1, 16);
    s20 = v128.load(c2);
    s21 = v128.load(c2, 16);
    s30 = v128.load(c3);
    s31 = v128.load(c3, 16);
  }
  const end = b + <usize>depth * ROW;
  for (; b < end; b += ROW, a += step) {
    const b0 = v128.load(b);
    const b1 = v128.load(b, 16);
    let x = v128.load32_splat(a);
    s00 = madd(b0, x, s00);
    s01 = madd(b1, x, s01);
    x = v128.load32_splat(a, 4);
    s10 = madd(b0, x, s10);
    s11 = madd(b1, x, s11);
    x = v128.load32_splat(a, 8);
    s20 = madd(b0, x, s20);
    s21 = madd(b1, x, s21);
    x = v128.load32_splat(a, 12);
    s30 = madd(b0, x, s30);
    s31 = madd(b1, x, s31);
  }
  v128.store(c, s00);
  v128.store(c, s01, 16);
  v128.store(c1, s10);
  v128.store(c1, s11, 16);
  v128.store(c2, s20);
  v128.store(c2, s21, 16);
  v128.store(c3, s30);
  v128.store(c3, s31, 16);
}

function tile2(a: usize, step: usize, b: usize, c: usize, cStep: usize, depth: u32, adds: bool): void {
  const c1 = c + cStep;
  let s00 = f32x4.splat(0);
  let s01 = s00;
  let s10 = s00;
  let s11 = s00;
  if (adds) {
    s00 = v128.load(c);
    s01 = v128.load(c, 16);
    s10 = v128.load(c1);
    s11 = v128.load(c1, 16);
  }
  const end = b + <usize>depth * ROW;
  for (; b < end; b += ROW, a += step) {
    const b0 = v128.load(b);
    const b1 = v128.load(b, 16);
    let x = v128.load32_splat(a);
    s00 = madd(b0, x, s00);
    s01 = madd(b1, x, s01);
    x = v128.load32_splat(a, 4);
    s10 = madd(b0, x, s10);
    s11 = madd(b1, x, s11);
  }
  v128.store(c, s00);
  v128.store(c, s01, 16);
  v128.store(c1, s10);
  v128.store(c1, s11, 16);
}

function tile1(a: usize, step: usize, b: usize, c: usize, depth: u32, adds: bool): void {
  let s0 = f32x4.splat(0);
  let s1 = s0;
  if (adds) {
    s0 = v128.load(c);
    s1 = v128.load(c, 16);
  }
  const end = b + <usize>depth * ROW;
  for (; b < end; b += ROW, a += step) {
    const x = v128.load32_splat(a);
    s0 = madd(v128.load(b), x, s0);
    s1 = madd(v128.load(b, 16), x, s1);
  }
  v128.store(c, s0);
  v128.store(c, s1, 16);
}
