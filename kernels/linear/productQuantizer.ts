import type { DenseRows, QuantizedRows } from "../../schemas/classifier.js";
import { drawBelow, randomStream } from "../numbers/random.js";

/**
 * Product quantisation: rows are brought to length 1 and cut in pieces, and each piece becomes the number of the nearest of 256 centroids,
 * which k-means finds (Jégou, Douze and Schmid 2011, "Product quantization for nearest neighbor search"; lengths apart: Joulin et al. 2016,
 * arXiv:1612.03651, section 3.1).
 */
export const CENTROIDS = 256;
const ROUNDS = 25;
const MAX_SAMPLE = 65_536;
/** How far a centroid that got no point is set from the one whose points it shares. */
const APART = 1e-6;

export interface QuantizeOptions {
  readonly pieceSize: number;
  readonly seed: number;
  /** Awaited between pieces, so that the caller can stop the work. */
  readonly pause?: () => Promise<void>;
}

/**
 * Quantises rows (N, D), with their lengths apart. With at most 256 rows each row has centroids of its own, and nothing is lost but rounding.
 * State: a copy of the rows, and a sample of 65,536 pieces.
 * @throws RangeError if the pieces are no whole number of columns from 1 to D
 */
export async function quantizeRows(
  { columns, values }: DenseRows,
  { pieceSize, seed, pause }: QuantizeOptions,
): Promise<QuantizedRows> {
  if (!(Number.isInteger(pieceSize) && pieceSize >= 1 && pieceSize <= columns))
    throw new RangeError(`quantize: pieceSize must be an integer in 1 .. ${columns}, got ${pieceSize}`);
  const rows = values.length / columns;
  const lengths = rowLengths(values, columns);
  const units = values.map((value, i) => value / (lengths[Math.floor(i / columns)]! || 1));
  const pieces = Math.ceil(columns / pieceSize);
  const codes = new Uint8Array(rows * pieces);
  const centroids = new Float32Array(CENTROIDS * columns);
  for (let piece = 0; piece < pieces; piece++) {
    await pause?.();
    const from = piece * pieceSize;
    const size = Math.min(pieceSize, columns - from);
    const points = new Float32Array(rows * size);
    for (let row = 0; row < rows; row++)
      points.set(units.subarray(row * columns + from, row * columns + from + size), row * size);
    const found = kMeans(points, size, seed, `piece ${piece}`);
    centroids.set(found, CENTROIDS * from);
    nearest(points, found, size).forEach((code, row) => {
      codes[row * pieces + piece] = code;
    });
  }
  const lengthCentroids = kMeans(lengths, 1, seed, "lengths");
  const norms = { codes: nearest(lengths, lengthCentroids, 1), centroids: lengthCentroids };
  return { columns, pieceSize, codes, centroids, norms };
}

/** The length of each row. */
export function rowLengths(values: Float32Array, columns: number): Float32Array {
  return Float32Array.from({ length: values.length / columns }, (_, row) =>
    Math.sqrt(values.subarray(row * columns, (row + 1) * columns).reduce((sum, value) => sum + value * value, 0)),
  );
}

/** The 256 centroids of points (N, size), by Lloyd's rounds over a sample; of fewer points the points themselves, then zeros. */
export function kMeans(points: Float32Array, size: number, seed: number, purpose: string): Float32Array {
  const sample = sampleOf(points, size, seed, purpose);
  const centroids = new Float32Array(CENTROIDS * size);
  centroids.set(sample.subarray(0, Math.min(sample.length, centroids.length)));
  if (sample.length <= centroids.length) return centroids;
  for (let round = 0; round < ROUNDS; round++) moveToMeans(centroids, sample, nearest(sample, centroids, size), size);
  return centroids;
}

/** The points in a drawn order, as many as the sample holds. */
function sampleOf(points: Float32Array, size: number, seed: number, purpose: string): Float32Array {
  const count = points.length / size;
  const order = Uint32Array.from({ length: count }, (_, i) => i);
  const wanted = Math.min(count, MAX_SAMPLE);
  const sample = new Float32Array(wanted * size);
  const draws = randomStream(seed, `product quantizer ${purpose}`);
  for (let i = 0; i < wanted; i++) {
    const from = i + drawBelow(draws, i, count - i);
    [order[i], order[from]] = [order[from]!, order[i]!];
    sample.set(points.subarray(order[i]! * size, (order[i]! + 1) * size), i * size);
  }
  return sample;
}

/** The number of the nearest centroid of each point; the lowest of equal ones. */
function nearest(points: Float32Array, centroids: Float32Array, size: number): Uint8Array {
  const codes = new Uint8Array(points.length / size);
  for (let row = 0; row < codes.length; row++) {
    let least = Number.POSITIVE_INFINITY;
    for (let code = 0; code < CENTROIDS; code++) {
      let distance = 0;
      for (let d = 0; d < size; d++) distance += (points[row * size + d]! - centroids[code * size + d]!) ** 2;
      if (distance >= least) continue;
      least = distance;
      codes[row] = code;
    }
  }
  return codes;
}

function moveToMeans(centroids: Float32Array, points: Float32Array, codes: Uint8Array, size: number): void {
  const counts = new Float64Array(CENTROIDS);
  const sums = new Float64Array(CENTROIDS * size);
  codes.forEach((code, row) => {
    counts[code]!++;
    for (let d = 0; d < size; d++) sums[code * size + d]! += points[row * size + d]!;
  });
  for (let i = 0; i < sums.length; i++) {
    const count = counts[Math.floor(i / size)]!;
    if (count > 0) centroids[i] = sums[i]! / count;
  }
  for (let code = 0; code < CENTROIDS; code++) if (counts[code] === 0) shareLargest(centroids, counts, code, size);
}

/** Sets a centroid without points beside the one with most, which they share from then on. */
function shareLargest(centroids: Float32Array, counts: Float64Array, code: number, size: number): void {
  const largest = counts.indexOf(Math.max(...counts));
  for (let d = 0; d < size; d++) {
    const value = centroids[largest * size + d]!;
    const step = APART * Math.max(1, Math.abs(value));
    centroids[code * size + d] = value + step;
    centroids[largest * size + d] = value - step;
  }
  counts[code] = Math.floor(counts[largest]! / 2);
  counts[largest]! -= counts[code]!;
}
