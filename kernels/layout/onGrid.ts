/** Places on a map are whole numbers up to this in the longer direction, so that they are the same bytes wherever they are kept. */
export const GRID = 65_535;

/** Points (V, 2) as they are drawn: from 0 in both directions, and to GRID in the longer one. */
export function onGrid(points: Float64Array): Uint16Array {
  const [least, most] = [
    [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY],
    [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY],
  ];
  points.forEach((value, at) => {
    least[at & 1] = Math.min(least[at & 1]!, value);
    most[at & 1] = Math.max(most[at & 1]!, value);
  });
  const span = Math.max(most[0]! - least[0]!, most[1]! - least[1]!) || 1;
  return Uint16Array.from(points, (value, at) => Math.round(((value - least[at & 1]!) / span) * GRID));
}
