import type { Layout } from "./layOutTerms.js";

/** Rows that are looked at, evenly spread. */
const SAMPLED = 500;

/**
 * How true a layout is: the share of the K nearest neighbours by cosine that are among the K nearest points; a layout by chance keeps
 * K / N of them. Of at most 500 rows; cost 500 N.
 */
export function neighborsKept({ points, near }: Pick<Layout, "points" | "near">, neighbors = 10): number {
  const count = points.length / 2;
  const wanted = Math.min(neighbors, near.perRow);
  const sampled = Math.min(SAMPLED, count);
  let kept = 0;
  for (let s = 0; s < sampled; s++) {
    const row = Math.floor((s * count) / sampled);
    const nearest = new Set(near.ids.subarray(row * near.perRow, row * near.perRow + wanted));
    for (const id of nearestPoints(points, row, wanted)) if (nearest.has(id)) kept++;
  }
  return kept / (sampled * wanted);
}

/** The points nearest to a row's, nearest first; equal ones by row. */
function nearestPoints(points: Float64Array, row: number, wanted: number): number[] {
  const x = points[2 * row]!;
  const y = points[2 * row + 1]!;
  const ids: number[] = [];
  const squares: number[] = [];
  for (let id = 0; id < points.length / 2; id++) {
    const dx = points[2 * id]! - x;
    const dy = points[2 * id + 1]! - y;
    const square = dx * dx + dy * dy;
    if (id === row || (ids.length === wanted && square >= squares[wanted - 1]!)) continue;
    let place = Math.min(ids.length, wanted - 1);
    for (; place > 0 && square < squares[place - 1]!; place--) {
      squares[place] = squares[place - 1]!;
      ids[place] = ids[place - 1]!;
    }
    squares[place] = square;
    ids[place] = id;
  }
  return ids;
}
