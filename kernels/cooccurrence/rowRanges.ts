/** What a cell takes to be written, in units of what a pair takes to be counted; measured on English text. */
const costOfCell = 3;

/**
 * Cuts the rows of a co-occurrence table into ranges that take about equally long to count. As if tokens were independent, terms r and c
 * meet 2 windowSize n_r n_c / N times, and make a cell if that is at least once; `counts` (V,) should fall, as a vocabulary's do.
 */
export function rowRanges(
  counts: ArrayLike<number>,
  windowSize: number,
  ranges: number,
): { first: number; end: number }[] {
  const rows = counts.length;
  const tokensFrom = new Float64Array(rows + 1);
  for (let row = rows - 1; row >= 0; row--) tokensFrom[row] = tokensFrom[row + 1]! + counts[row]!;
  const costBefore = new Float64Array(rows + 1);
  for (let row = 0; row < rows; row++) {
    const meetings = (2 * windowSize * counts[row]!) / Math.max(1, tokensFrom[0]!); // with each token
    const rare = firstBelow(counts, 1 / meetings);
    const cells = rare + meetings * tokensFrom[rare]!;
    costBefore[row + 1] = costBefore[row]! + 1 + meetings * tokensFrom[0]! + costOfCell * cells;
  }
  const edges = Array.from({ length: ranges + 1 }, (_, i) =>
    firstAtLeast(costBefore, (costBefore[rows]! * i) / ranges),
  );
  edges[ranges] = rows;
  return edges.slice(1).map((end, i) => ({ first: edges[i]!, end }));
}

/** The first place whose value is below a bound, of values that fall. */
function firstBelow(values: ArrayLike<number>, bound: number): number {
  return firstWhere(values.length, (at) => values[at]! < bound);
}

/** The first place whose value is at least a bound, of values that rise. */
function firstAtLeast(values: ArrayLike<number>, bound: number): number {
  return firstWhere(values.length, (at) => values[at]! >= bound);
}

/** The first place from which on something holds; the length if nowhere. */
function firstWhere(length: number, holds: (at: number) => boolean): number {
  let [low, high] = [0, length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (holds(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}
