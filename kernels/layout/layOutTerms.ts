import { drawUniform, type RandomStream, randomStream } from "../numbers/random.js";
import type { WasmModule } from "../numbers/webAssembly.js";
import { kMeans, nearestCentres } from "./kMeans.js";
import { clustersFor, type NearestRows, nearestRows, sortByCluster } from "./nearestRows.js";
import { neighborEmbedding } from "./neighborEmbedding.js";
import { principalAxes, projected } from "./principalAxes.js";
import { setUnitRow, type UnitRows, unitRows } from "./unitRows.js";

export const layoutMethods = ["neighbors", "pca"] as const;
export type LayoutMethod = (typeof layoutMethods)[number];

export interface LayoutOptions {
  readonly method: LayoutMethod;
  readonly seed: number;
  /** What `kernels/assembly` compiles to; without it all is the same but slower, and may differ by rounding. */
  readonly compiled?: { readonly cosines: WasmModule; readonly fourier: WasmModule } | undefined;
}

export interface Layout {
  /** Row-major (V, 2). */
  readonly points: Float64Array;
  /** By cosine. */
  readonly near: NearestRows;
  /** A number below `GROUPS` for each row: its cluster by k-means. */
  readonly groups: Uint8Array;
}

/** Clusters that are told apart by colour. */
export const GROUPS = 10;
const NEIGHBORS = 15;
/** So many rows are laid out from their principal components; of more, those first that come first. */
const FIRST = 8_000;
/** Rows of one layout for each row of the one before. */
const GROWTH = 4;
const FROM_START = { early: 60, late: 140 };
const FROM_LAYOUT = { early: 0, late: 50 };
/** Room for a point, of what it had in the layout before. */
const SPREAD = 0.8;
/** Neighbours whose middle is the start of a point that was not in the layout before. */
const PLACING = 3;
/** The last round places also what has no neighbour in a place. */
const ROUNDS = 3;

/**
 * A picture of vectors (V, D), row-major, in two dimensions, by `neighborEmbedding` or along the two principal axes of the unit vectors.
 * Of many rows, those in front (the most frequent terms) are laid out first, and the others begin between their neighbours there.
 * Memory: 8 D + 400 bytes a row, and the grid of `Repulsion`.
 */
export function layOutTerms(values: Float32Array, vectorSize: number, options: LayoutOptions): Layout {
  const front = values.subarray(0, rowsInFront(values.length / vectorSize, options) * vectorSize);
  const before = front.length === 0 ? undefined : layOutTerms(front, vectorSize, options).points;
  return placeTerms(compareTerms(values, vectorSize, options), options, before);
}

/** How many rows in front must be laid out before all of them: `layOutTerms` in two parts that need not wait for each other. */
export function rowsInFront(count: number, { method }: LayoutOptions): number {
  return method === "neighbors" && count > FIRST ? Math.ceil(count / GROWTH) : 0;
}

/** Rows in the order of their clusters, with their neighbours. */
export interface ComparedTerms {
  readonly rows: UnitRows;
  readonly order: Uint32Array;
  readonly near: NearestRows;
}

/** What a layout begins with: the longer part of the work where there are many rows. */
export function compareTerms(values: Float32Array, vectorSize: number, options: LayoutOptions): ComparedTerms {
  const count = values.length / vectorSize;
  const rows = unitRows(count + Math.max(GROUPS, clustersFor(count)), vectorSize, options.compiled?.cosines);
  for (let n = 0; n < count; n++) setUnitRow(rows, n, values.subarray(n * vectorSize, (n + 1) * vectorSize));
  const { order, ...clusters } = sortByCluster(rows, count, options.seed); // what lies near each other is read together
  return { rows, order, near: nearestRows(rows, clusters, NEIGHBORS) };
}

/** The layout, from places of rows in front (V', 2) if there are such: NaN of a row that has none. */
export function placeTerms(terms: ComparedTerms, options: LayoutOptions, before?: Float64Array): Layout {
  const { rows, order, near } = terms;
  const { method, seed, compiled } = options;
  const count = order.length;
  const points = before
    ? placed(before, near, order, seed)
    : projected(rows.values, rows.width, count, principalAxes(rows.values, rows.width, count, 2));
  if (method === "neighbors") {
    if (!before) scatter(points, seed);
    neighborEmbedding(near, points, before ? FROM_LAYOUT : FROM_START, compiled?.fourier);
  }
  return inGivenOrder({ points, near, groups: groupsOf(rows, count, seed) }, order);
}

/** Brings points to a variance of 1, and apart where they are the same. */
function scatter(points: Float64Array, seed: number): void {
  const stream = randomStream(seed, "scatter");
  const square = points.reduce((sum, value) => sum + value * value, 0);
  const scale = square === 0 ? 0 : 1 / Math.sqrt((2 * square) / points.length);
  for (let at = 0; at < points.length; at++) points[at] = points[at]! * scale + jitter(stream, at);
}

const jitter = (stream: RandomStream, at: number): number => 0.01 * (drawUniform(stream, at) - 0.5);

/** Points of all rows, sorted by `order`: those that had places before, spread out, and the others between their nearest neighbours. */
function placed(before: Float64Array, { ids, perRow }: NearestRows, order: Uint32Array, seed: number): Float64Array {
  const stream = randomStream(seed, "placed");
  const points = new Float64Array(2 * order.length);
  const isPlaced = Uint8Array.from(order, (row) => (Number.isFinite(before[2 * row]) ? 1 : 0));
  const spread = SPREAD * Math.sqrt(order.length / isPlaced.reduce((sum, placed) => sum + placed, 0));
  order.forEach((row, n) => {
    if (isPlaced[n]) for (const axis of [0, 1]) points[2 * n + axis] = before[2 * row + axis]! * spread;
  });
  for (let round = 0; round < ROUNDS; round++)
    for (let n = 0; n < order.length; n++) {
      if (isPlaced[n]) continue;
      const known = [...ids.subarray(n * perRow, (n + 1) * perRow)].filter((id) => isPlaced[id]).slice(0, PLACING);
      if (known.length === 0 && round < ROUNDS - 1) continue;
      for (const axis of [0, 1]) {
        const sum = known.reduce((total, id) => total + points[2 * id + axis]!, 0);
        points[2 * n + axis] = sum / (known.length || 1) + jitter(stream, 2 * n + axis);
      }
      isPlaced[n] = 1;
    }
  return points;
}

function groupsOf(rows: UnitRows, count: number, seed: number): Uint8Array {
  const groups = Math.min(GROUPS, count);
  kMeans(rows, count, groups, seed);
  return Uint8Array.from({ length: count }, (_, row) => nearestCentres(rows, count, groups, row, 1)[0]!);
}

/** Row n lay at `order[n]`. */
function inGivenOrder({ points, near, groups }: Layout, order: Uint32Array): Layout {
  const { perRow } = near;
  const given: Layout = {
    points: new Float64Array(points.length),
    near: { perRow, ids: new Uint32Array(near.ids.length), cosines: new Float32Array(near.cosines.length) },
    groups: new Uint8Array(groups.length),
  };
  order.forEach((row, n) => {
    given.points.set(points.subarray(2 * n, 2 * n + 2), 2 * row);
    given.groups[row] = groups[n]!;
    for (let k = 0; k < perRow; k++) {
      given.near.ids[row * perRow + k] = order[near.ids[n * perRow + k]!]!;
      given.near.cosines[row * perRow + k] = near.cosines[n * perRow + k]!;
    }
  });
  return given;
}
