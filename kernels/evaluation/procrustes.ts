/**
 * Orthogonal Procrustes: the rotation (or reflection) R that brings A closest to B,
 *
 *     R = argmin over R'R = I of |A R - B|^2 = U V',    A'B = U S V'
 *
 * Schönemann 1966; to compare word vectors: Hamilton et al. 2016, arXiv:1605.09096, section 2.2. Directions along which A and B have
 * nothing in common (s = 0, as with fewer rows than dimensions) are left out of R.
 *
 * The singular vectors are found by one-sided Jacobi rotations (Hestenes 1958), which are exact to rounding and need some 30 D^3
 * multiplications. N rows, D vector size.
 */

/** Pairs of columns are turned until their cosines are below this. */
const TOLERANCE = 1e-12;
const MAX_SWEEPS = 60;
/** Share of the largest singular value below which one is rounding. */
const LEAST_SHARE = 1e-12;

/** R (D, D), row-major, for two matrices (N, D) of row-major numbers. */
export function procrustes(a: Float32Array, b: Float32Array, vectorSize: number): Float64Array {
  const columns = transposed(crossProduct(a, b, vectorSize), vectorSize); // of A'B, one a row
  const turned = identity(vectorSize); // the columns of V, one a row
  for (let sweep = 0; sweep < MAX_SWEEPS && sweepPairs(columns, turned, vectorSize); sweep++);
  const lengths = Array.from({ length: vectorSize }, (_, i) => length(columns, i * vectorSize, vectorSize));
  const least = LEAST_SHARE * Math.max(...lengths);
  const rotation = new Float64Array(vectorSize * vectorSize);
  lengths.forEach((s, i) => {
    if (s > least) addOuter(rotation, columns, turned, i * vectorSize, vectorSize, 1 / s);
  });
  return rotation;
}

/** A R (N, D). */
export function rotated(a: Float32Array, rotation: Float64Array, vectorSize: number): Float32Array {
  const result = new Float32Array(a.length);
  const sums = new Float64Array(vectorSize);
  for (let start = 0; start < a.length; start += vectorSize) {
    sums.fill(0);
    for (let d = 0; d < vectorSize; d++) addScaled(sums, 0, rotation, d * vectorSize, vectorSize, a[start + d]!);
    result.set(sums, start);
  }
  return result;
}

/** A'B (D, D). */
function crossProduct(a: Float32Array, b: Float32Array, size: number): Float64Array {
  const product = new Float64Array(size * size);
  for (let start = 0; start < a.length; start += size) {
    const row = b.subarray(start, start + size);
    for (let d = 0; d < size; d++) addScaled(product, d * size, row, 0, size, a[start + d]!);
  }
  return product;
}

/** Turns every pair of columns once so that it stands at a right angle; false if all of them did. */
function sweepPairs(columns: Float64Array, turned: Float64Array, size: number): boolean {
  let hasTurned = false;
  for (let p = 0; p < size - 1; p++) {
    for (let q = p + 1; q < size; q++) {
      const [x, y] = [p * size, q * size];
      const alpha = dot(columns, x, x, size);
      const beta = dot(columns, y, y, size);
      const gamma = dot(columns, x, y, size);
      if (Math.abs(gamma) <= TOLERANCE * Math.sqrt(alpha * beta)) continue;
      hasTurned = true;
      const zeta = (beta - alpha) / (2 * gamma);
      const tangent = (zeta < 0 ? -1 : 1) / (Math.abs(zeta) + Math.hypot(1, zeta));
      const cosine = 1 / Math.hypot(1, tangent);
      turn(columns, x, y, size, cosine, cosine * tangent);
      turn(turned, x, y, size, cosine, cosine * tangent);
    }
  }
  return hasTurned;
}

function turn(rows: Float64Array, x: number, y: number, size: number, cosine: number, sine: number): void {
  for (let d = 0; d < size; d++) {
    const [first, second] = [rows[x + d]!, rows[y + d]!];
    rows[x + d] = cosine * first - sine * second;
    rows[y + d] = sine * first + cosine * second;
  }
}

function dot(rows: Float64Array, x: number, y: number, size: number): number {
  let sum = 0;
  for (let d = 0; d < size; d++) sum += rows[x + d]! * rows[y + d]!;
  return sum;
}

const length = (rows: Float64Array, at: number, size: number): number => Math.sqrt(dot(rows, at, at, size));

function addScaled(
  sum: Float64Array,
  to: number,
  row: Float64Array | Float32Array,
  from: number,
  size: number,
  factor: number,
): void {
  for (let d = 0; d < size; d++) sum[to + d]! += factor * row[from + d]!;
}

/** Adds factor u v' to a matrix, with u and v the rows at `at`. */
function addOuter(
  matrix: Float64Array,
  u: Float64Array,
  v: Float64Array,
  at: number,
  size: number,
  factor: number,
): void {
  for (let d = 0; d < size; d++) addScaled(matrix, d * size, v, at, size, factor * u[at + d]!);
}

function transposed(matrix: Float64Array, size: number): Float64Array {
  return matrix.map((_, i) => matrix[(i % size) * size + Math.floor(i / size)]!);
}

function identity(size: number): Float64Array {
  return new Float64Array(size * size).map((_, i) => (i % (size + 1) === 0 ? 1 : 0));
}
