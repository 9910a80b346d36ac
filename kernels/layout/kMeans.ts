import { drawBelow, randomStream } from "../numbers/random.js";
import { setUnitRow, type UnitRows } from "./unitRows.js";

/** Rows that centres are learned from, for each centre and at least, and how often they are moved. */
const SAMPLED = 25;
const LEAST_SAMPLED = 4096;
const STEPS = 6;

/**
 * Spherical k-means: centres of length 1 that maximise the sum of the cosines of rows to their nearest centre,
 *
 *     c_k = m_k / |m_k|,    m_k = sum of the rows whose nearest centre is k
 *
 * (Dhillon and Modha 2001, Machine Learning 42, section 3). Learned from rows that are evenly spread over the N, and begun at K of them that
 * are drawn. A centre that no row is nearest to stays where it is. The centres are written behind the rows, at N .. N + K - 1.
 */
export function kMeans(rows: UnitRows, count: number, centres: number, seed: number): void {
  const { values, width } = rows;
  const row = (n: number) => values.subarray(n * width, (n + 1) * width);
  const stream = randomStream(seed, "kMeans");
  for (let k = 0; k < centres; k++) {
    const first = Math.floor((k * count) / centres); // one of each of K equal parts
    const size = Math.floor(((k + 1) * count) / centres) - first;
    row(count + k).set(row(first + drawBelow(stream, k, size)));
  }
  const sampled = Math.min(count, Math.max(SAMPLED * centres, LEAST_SAMPLED));
  const sums = new Float64Array(centres * width);
  for (let step = 0; step < STEPS; step++) {
    sums.fill(0);
    for (let n = 0; n < sampled; n++) {
      const sample = Math.floor((n * count) / sampled);
      const [nearest] = nearestCentres(rows, count, centres, sample, 1);
      for (let d = 0; d < width; d++) sums[nearest! * width + d]! += values[sample * width + d]!;
    }
    for (let k = 0; k < centres; k++) {
      const sum = sums.subarray(k * width, (k + 1) * width);
      if (sum.some((value) => value !== 0)) setUnitRow(rows, count + k, sum);
    }
  }
}

/** The centres nearest to one row, nearest first; equal ones in their order. */
export function nearestCentres(rows: UnitRows, count: number, centres: number, row: number, wanted: number): number[] {
  const { scores } = rows;
  rows.range(row, count, centres);
  const nearest: number[] = [];
  for (let k = 0; k < centres; k++) {
    if (nearest.length === wanted && !(scores[k]! > scores[nearest[wanted - 1]!]!)) continue;
    let place = nearest.length === wanted ? wanted - 1 : nearest.length;
    for (; place > 0 && scores[k]! > scores[nearest[place - 1]!]!; place--) nearest[place] = nearest[place - 1]!;
    nearest[place] = k;
  }
  return nearest;
}
