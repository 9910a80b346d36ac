import { kMeans, nearestCentres } from "./kMeans.js";
import type { UnitRows } from "./unitRows.js";

/** The nearest rows of each row, nearest first: row-major (N, K). */
export interface NearestRows {
  readonly perRow: number;
  readonly ids: Uint32Array;
  readonly cosines: Float32Array;
}

/** Fewer rows than this are all compared with each other. */
const COMPARED_ALL = 8192;
/** Clusters that each row looks through. */
const PROBES = 4;

/** Clusters that rows are looked up by. */
export const clustersFor = (count: number): number => (count <= COMPARED_ALL ? 0 : Math.ceil(1.6 * Math.sqrt(count)));

/**
 * The K nearest of N rows to each by cosine; beyond some thousands, nearly all of them: each row looks through the clusters whose centres are
 * nearest to it (an inverted file: Jégou et al. 2011, IEEE TPAMI 33, section 4), and then at the neighbours of the neighbours found (Tang et
 * al. 2016, arXiv:1602.00370, section 3.1). Rows must lie in the order of `clusterOrder`. Equal cosines go by row.
 */
export function nearestRows(rows: UnitRows, { count, starts, nearest }: Clusters, perRow: number): NearestRows {
  const found = new Lists(count, Math.min(perRow, count - 1));
  if (starts.length === 0) {
    for (let row = 0; row < count; row++) scan(rows, found, row, 0, count);
    return found;
  }
  for (let row = 0; row < count; row++)
    for (let probe = row * PROBES; probe < (row + 1) * PROBES; probe++) {
      const first = starts[nearest[probe]!]!;
      scan(rows, found, row, first, starts[nearest[probe]! + 1]! - first);
    }
  for (let row = 0; row < count; row++) explore(rows, found, row);
  return found;
}

/** Where the rows of each cluster begin, and the clusters nearest to each row. Without clusters, all rows are compared. */
export interface Clusters {
  readonly count: number;
  readonly starts: Uint32Array;
  readonly nearest: Uint32Array;
}

/** Brings rows into the order of their clusters, which is returned with them: `order[n]` is where the row n lay. */
export function sortByCluster(rows: UnitRows, count: number, seed: number): Clusters & { readonly order: Uint32Array } {
  const centres = clustersFor(count);
  const order = Uint32Array.from({ length: count }, (_, n) => n);
  if (centres === 0) return { count, order, starts: new Uint32Array(0), nearest: new Uint32Array(0) };
  kMeans(rows, count, centres, seed);
  const before = new Uint32Array(count * PROBES);
  for (let row = 0; row < count; row++) before.set(nearestCentres(rows, count, centres, row, PROBES), row * PROBES);
  const starts = new Uint32Array(centres + 1);
  for (let row = 0; row < count; row++) starts[before[row * PROBES]! + 1]!++;
  for (let k = 0; k < centres; k++) starts[k + 1]! += starts[k]!;
  const next = starts.slice();
  for (let row = 0; row < count; row++) order[next[before[row * PROBES]!]!++] = row;
  const { values, width } = rows;
  const unsorted = values.slice(0, count * width);
  const nearest = new Uint32Array(before.length);
  for (let n = 0; n < count; n++) {
    values.set(unsorted.subarray(order[n]! * width, (order[n]! + 1) * width), n * width);
    nearest.set(before.subarray(order[n]! * PROBES, (order[n]! + 1) * PROBES), n * PROBES);
  }
  return { count, order, starts, nearest };
}

class Lists implements NearestRows {
  readonly ids: Uint32Array;
  readonly cosines: Float32Array;
  /** Which row looked at each row last. */
  readonly seen: Uint32Array;

  constructor(
    count: number,
    readonly perRow: number,
  ) {
    this.ids = new Uint32Array(count * perRow);
    this.cosines = new Float32Array(count * perRow).fill(Number.NEGATIVE_INFINITY);
    this.seen = new Uint32Array(count);
  }

  insert(row: number, id: number, cosine: number): void {
    const { ids, cosines, perRow } = this;
    const first = row * perRow;
    let place = first + perRow - 1;
    if (!(cosine > cosines[place]!) || id === row) return;
    for (; place > first && cosine > cosines[place - 1]!; place--) {
      cosines[place] = cosines[place - 1]!;
      ids[place] = ids[place - 1]!;
    }
    cosines[place] = cosine;
    ids[place] = id;
  }
}

function scan(rows: UnitRows, found: Lists, row: number, first: number, size: number): void {
  rows.range(row, first, size);
  for (let n = 0; n < size; n++) found.insert(row, first + n, rows.scores[n]!);
}

function explore(rows: UnitRows, found: Lists, row: number): void {
  const { ids, perRow, seen } = found;
  const mark = row + 1;
  const own = row * perRow;
  seen[row] = mark;
  for (let k = own; k < own + perRow; k++) seen[ids[k]!] = mark;
  let count = 0;
  for (let k = own; k < own + perRow; k++)
    for (let far = ids[k]! * perRow, end = far + perRow; far < end; far++) {
      const id = ids[far]!;
      if (seen[id] === mark) continue;
      seen[id] = mark;
      rows.ids[count++] = id;
    }
  rows.listed(row, count);
  for (let n = 0; n < count; n++) found.insert(row, rows.ids[n]!, rows.scores[n]!);
}
