/**
 * Products of matrices in single precision: C = A B, or C += A B.
 *
 * A is packed into panels of six rows, B into panels of eight columns, both in blocks of DEPTH along k; a tile of six by eight sums is held in
 * registers while k runs (Goto and van de Geijn 2008, ACM TOMS 34(3)). Each sum is taken in ascending k, from 0 or from what C holds, one
 * product after the other: its bytes depend neither on how many rows or columns a call is given nor on who makes it.
 */
import { COLUMNS, DEPTH, HEIGHT, packRows, ROW } from "./panels";
import { tiles } from "./tiles";

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
