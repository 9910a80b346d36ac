/** Panels of matrices, as `product.ts` reads them: of six rows of A, and of eight columns of B, in blocks of DEPTH along what is summed. */

/** Rows of a panel's block. */
export const DEPTH: u32 = 256;
/** Rows of A that are packed at a time: 240 KiB, which the second cache holds. */
export const HEIGHT: u32 = 240;
/** A panel of A has so many rows, one of B so many columns. */
export const ROWS: u32 = 6;
export const COLUMNS: u32 = 8;
export const ROW: usize = 32; // bytes of a row of a panel of B

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
export function packRows(a: usize, rowStep: usize, columnStep: usize, m: u32, depth: u32, target: usize): void {
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
