import { kMeans, nearestCentres } from "./kMeans.js";
import { silhouette } from "./silhouette.js";
import { setUnitRow, type UnitRows, unitRows } from "./unitRows.js";

/** Beginnings that are tried for each number of groups. */
const TRIES = 4;

/** Of the highest silhouette: groups that reach so much of it are apart as well. Of more groups, some only split others. */
const AS_WELL = 0.8;

export interface VectorGroup {
  /** Rows of the group, the nearest to its centre first, equal ones in their order. */
  readonly members: readonly number[];
}

export interface VectorGroups {
  /** The largest first, equal ones by their first row. */
  readonly groups: readonly VectorGroup[];
  /** How well they lie apart, from -1 to 1; 0 for one group. */
  readonly silhouette: number;
}

export interface GroupOptions {
  /** How many groups; if left out, as few as lie apart about as well as any number of them. */
  readonly count?: number | undefined;
  /** Of those looked at, where their number is not given. */
  readonly most: number;
  /** The least silhouette of several groups. */
  readonly least: number;
  readonly seed: number;
}

/**
 * Groups vectors by the cosines of what is left of them without their mean: spherical k-means from several beginnings, of which the one with
 * the highest sum of cosines is kept, and of 2 to `most` groups the fewest whose silhouette is 0.8 of the highest at least. One group, where the
 * highest is below `least`.
 * Time: N^2 cosines a number of groups. Memory: 4 D bytes a vector.
 */
export function groupVectors(vectors: readonly Float32Array[], options: GroupOptions): VectorGroups {
  const { count, most, least, seed } = options;
  const room = Math.min(vectors.length, Math.max(count ?? most, 1));
  const rows = centredRows(vectors, room);
  const whole = { groups: groupsOf(rows, vectors.length, 1, seed).groups, silhouette: 0 };
  if (count !== undefined) return count < 2 || vectors.length < 2 ? whole : apart(rows, vectors.length, room, seed);
  const numbers = Array.from({ length: Math.max(0, Math.min(most, vectors.length - 1) - 1) }, (_, k) => k + 2);
  const found = numbers.map((number) => apart(rows, vectors.length, number, seed));
  const best = Math.max(...found.map(({ silhouette: each }) => each));
  if (!(best > least)) return whole;
  return found.find(({ silhouette: each }) => each >= AS_WELL * best)!;
}

/** Vectors without their mean, at length 1, and room for so many centres behind them. */
export function centredRows(vectors: readonly Float32Array[], centres = 0): UnitRows {
  const size = vectors[0]!.length;
  const mean = new Float64Array(size);
  for (const vector of vectors) for (let d = 0; d < size; d++) mean[d]! += vector[d]! / vectors.length;
  const rows = unitRows(vectors.length + centres, size);
  vectors.forEach((vector, n) => {
    setUnitRow(
      rows,
      n,
      mean.map((value, d) => vector[d]! - value),
    );
  });
  return rows;
}

function apart(rows: UnitRows, length: number, count: number, seed: number): VectorGroups {
  const { groups, of } = groupsOf(rows, length, count, seed);
  return { groups, silhouette: silhouette(rows, of, count) };
}

interface Grouping {
  readonly groups: readonly VectorGroup[];
  readonly of: Uint32Array;
}

function groupsOf(rows: UnitRows, length: number, count: number, seed: number): Grouping {
  let best: { readonly sum: number; readonly grouping: Grouping } | undefined;
  for (let attempt = 0; attempt < TRIES; attempt++) {
    kMeans(rows, length, count, seed + attempt);
    const of = new Uint32Array(length);
    const cosines = new Float32Array(length);
    for (let n = 0; n < length; n++) {
      of[n] = nearestCentres(rows, length, count, n, 1)[0]!;
      cosines[n] = rows.scores[of[n]!]!;
    }
    const sum = cosines.reduce((total, cosine) => total + cosine, 0);
    if (!best || sum > best.sum) best = { sum, grouping: { of, groups: membersOf(of, cosines, count) } };
  }
  return best!.grouping;
}

function membersOf(of: Uint32Array, cosines: Float32Array, count: number): VectorGroup[] {
  const members = Array.from({ length: count }, (): number[] => []);
  of.forEach((group, n) => {
    members[group]!.push(n);
  });
  return members
    .filter((rows) => rows.length > 0)
    .sort((a, b) => b.length - a.length || a[0]! - b[0]!)
    .map((rows) => ({ members: rows.sort((a, b) => cosines[b]! - cosines[a]! || a - b) }));
}
