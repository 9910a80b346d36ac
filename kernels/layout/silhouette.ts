import type { UnitRows } from "./unitRows.js";

/**
 * How well rows of length 1 lie in their groups: the mean over all rows of (b - a) / max(a, b), with a the mean distance 1 - cosine to the
 * others of its group and b that to the nearest other group; 0 for a row alone in its group (Rousseeuw 1987, J. Comput. Appl. Math. 20).
 * Time: N^2 cosines.
 * @param groups of each row (N,), from 0
 */
export function silhouette(rows: UnitRows, groups: Uint32Array, count: number): number {
  const sizes = new Float64Array(count);
  for (const group of groups) sizes[group]!++;
  let total = 0;
  const sums = new Float64Array(count);
  for (let n = 0; n < groups.length; n++) {
    rows.range(n, 0, groups.length);
    sums.fill(0);
    for (let m = 0; m < groups.length; m++) if (m !== n) sums[groups[m]!]! += 1 - rows.scores[m]!;
    total += rowSilhouette(sums, sizes, groups[n]!);
  }
  return total / groups.length;
}

function rowSilhouette(sums: Float64Array, sizes: Float64Array, own: number): number {
  if (sizes[own] === 1) return 0;
  const a = sums[own]! / (sizes[own]! - 1);
  let b = Number.POSITIVE_INFINITY;
  for (let k = 0; k < sizes.length; k++) if (k !== own && sizes[k]! > 0) b = Math.min(b, sums[k]! / sizes[k]!);
  const most = Math.max(a, b);
  return b < Number.POSITIVE_INFINITY && most > 0 ? (b - a) / most : 0;
}
