/** Tiles of a product: at most six by eight sums, which stay in registers while k runs. */
import { madd } from "../common/training";
import { COLUMNS, ROW, ROWS } from "./panels";

/** A column of tiles, at most eight numbers wide. */
export function tiles(a: usize, b: usize, c: usize, cStep: usize, m: u32, depth: u32, width: u32, adds: bool): void {
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
