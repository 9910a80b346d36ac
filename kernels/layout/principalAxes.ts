import { drawUniform, randomStream } from "../numbers/random.js";

/**
 * Principal components (Pearson 1901; Hotelling 1933): the orthogonal directions in which rows vary most, the first eigenvectors of
 *
 *     C = 1/N sum over n of (x_n - m)(x_n - m)',    m the mean row
 *
 * found by orthogonal iteration, Q <- orthonormal(C Q) (Golub and Van Loan, Matrix Computations, section 7.3.2). C is taken from at most
 * 16,384 rows, evenly spread. N rows, D vector size; memory 8 D^2 bytes.
 */

const SAMPLED = 16_384;
const MAX_STEPS = 1000;
/** Square of the distance that an axis moves in a step, below which it stands. */
const STILL = 1e-24;

export interface PrincipalAxes {
  readonly mean: Float64Array;
  /** Of length 1, the one of the largest variance first; the sign is such that the largest entry is positive. */
  readonly axes: readonly Float64Array[];
  /** Along each axis. */
  readonly variances: readonly number[];
}

/** The first axes of `count` rows (N, width), row-major; fewer where there are fewer dimensions. */
export function principalAxes(values: Float32Array, width: number, count: number, wanted: number): PrincipalAxes {
  const { mean, covariance } = covarianceOf(values, width, count);
  const stream = randomStream(0, "principalAxes");
  const axes = Array.from({ length: Math.min(wanted, width) }, (_, k) =>
    Float64Array.from({ length: width }, (_, d) => drawUniform(stream, k * width + d) - 0.5),
  );
  let variances: number[] = [];
  for (let step = 0, moved = 1; step < MAX_STEPS && moved > STILL; step++) {
    const next = axes.map((axis) => product(covariance, axis));
    variances = next.map((axis, k) => normalise(axis, next.slice(0, k)));
    moved = Math.max(...next.map((axis, k) => squareDistance(axis, axes[k]!)));
    for (const [k, axis] of next.entries()) axes[k]!.set(axis);
  }
  for (const axis of axes) if (largest(axis) < 0) for (let d = 0; d < width; d++) axis[d]! *= -1;
  return { mean, axes, variances };
}

/** Coordinates of rows along the axes: (N, axes), row-major. */
export function projected(
  values: Float32Array,
  width: number,
  count: number,
  { mean, axes }: PrincipalAxes,
): Float64Array {
  const points = new Float64Array(count * axes.length);
  for (let n = 0, at = 0; n < count; n++)
    for (const axis of axes) {
      let sum = 0;
      for (let d = 0; d < width; d++) sum += (values[n * width + d]! - mean[d]!) * axis[d]!;
      points[at++] = sum;
    }
  return points;
}

function covarianceOf(values: Float32Array, width: number, count: number) {
  const sampled = Math.min(count, SAMPLED);
  const mean = new Float64Array(width);
  const covariance = new Float64Array(width * width);
  const row = new Float64Array(width);
  const start = (n: number) => Math.floor((n * count) / sampled) * width;
  for (let n = 0; n < sampled; n++) for (let d = 0; d < width; d++) mean[d]! += values[start(n) + d]! / sampled;
  for (let n = 0; n < sampled; n++) {
    for (let d = 0, from = start(n); d < width; d++) row[d] = values[from + d]! - mean[d]!;
    for (let a = 0; a < width; a++)
      for (let b = 0, factor = row[a]! / sampled; b <= a; b++) covariance[a * width + b]! += factor * row[b]!;
  }
  for (let a = 0; a < width; a++) for (let b = 0; b < a; b++) covariance[b * width + a] = covariance[a * width + b]!;
  return { mean, covariance };
}

function product(matrix: Float64Array, vector: Float64Array): Float64Array {
  const size = vector.length;
  return vector.map((_, row) => {
    let sum = 0;
    for (let d = 0; d < size; d++) sum += matrix[row * size + d]! * vector[d]!;
    return sum;
  });
}

/** Takes the axes before it out of a vector, and brings it to length 1; returns the length that it had. */
function normalise(vector: Float64Array, before: readonly Float64Array[]): number {
  for (const axis of before) {
    const share = dot(vector, axis);
    for (let d = 0; d < vector.length; d++) vector[d]! -= share * axis[d]!;
  }
  const length = Math.sqrt(dot(vector, vector));
  for (let d = 0; d < vector.length; d++) vector[d]! /= length || 1;
  return length;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let d = 0; d < a.length; d++) sum += a[d]! * b[d]!;
  return sum;
}

function squareDistance(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let d = 0; d < a.length; d++) sum += (a[d]! - b[d]!) * (a[d]! - b[d]!);
  return sum;
}

function largest(axis: Float64Array): number {
  return axis.reduce((most, value) => (Math.abs(value) > Math.abs(most) ? value : most));
}
