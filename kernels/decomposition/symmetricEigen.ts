/**
 * Eigenvalues and eigenvectors of a symmetric matrix, S = W diag(values) W': Householder reflections to three diagonals, and the QL algorithm
 * with implicit shifts on these (Bowdler, Martin, Reinsch and Wilkinson 1968; Golub and Van Loan, Matrix Computations, sections 8.3 and
 * 8.4). Only sums, products, quotients and square roots, so that every engine gives the same bits. n rows; some 9 n^3 operations.
 */

export interface Eigen {
  /** The largest first (n,). */
  readonly values: Float64Array;
  /** The eigenvectors, one a row, in the order of the values (n, n). */
  readonly vectors: Float64Array;
}

const MAX_SWEEPS = 60;

/** @throws RangeError if the matrix holds what is not a number */
export function symmetricEigen(matrix: Float64Array, size: number): Eigen {
  if (!matrix.every(Number.isFinite))
    throw new RangeError("symmetricEigen: numbers must be finite, got NaN or infinity");
  const rows = matrix.slice();
  const diagonal = new Float64Array(size);
  const beside = new Float64Array(size); // beside[i] stands between the diagonal's i - 1 and i
  tridiagonalise(rows, diagonal, beside, size);
  diagonalise(rows, diagonal, beside, size);
  const order = Array.from(diagonal, (_, i) => i).sort((a, b) => diagonal[b]! - diagonal[a]! || a - b);
  const vectors = new Float64Array(size * size);
  order.forEach((from, to) => {
    vectors.set(rows.subarray(from * size, (from + 1) * size), to * size);
  });
  return { values: Float64Array.from(order, (i) => diagonal[i]!), vectors };
}

/** The matrix becomes the reflections' product Q', whose rows `diagonalise` turns into eigenvectors: Q' S Q has three diagonals. */
function tridiagonalise(a: Float64Array, diagonal: Float64Array, beside: Float64Array, size: number): void {
  const normals: Float64Array[] = [];
  const p = new Float64Array(size);
  for (let k = 0; k < size - 2; k++) {
    // A reflection I - 2 u u' takes column k, below the diagonal, to a multiple of the first unit vector.
    const u = new Float64Array(size);
    for (let i = k + 1; i < size; i++) u[i] = a[i * size + k]!;
    const length = Math.sqrt(dot(u, 0, u, 0, size));
    normals.push(u);
    beside[k + 1] = u[k + 1]! > 0 ? -length : length;
    if (length === 0) continue;
    u[k + 1]! -= beside[k + 1]!;
    const own = Math.sqrt(dot(u, 0, u, 0, size));
    for (let i = k + 1; i < size; i++) u[i]! /= own;
    for (let i = k + 1; i < size; i++) p[i] = dotFrom(a, i * size, u, k + 1, size);
    const half = dotFrom(p, 0, u, k + 1, size);
    for (let i = k + 1; i < size; i++) p[i]! -= half * u[i]!;
    for (let i = k + 1; i < size; i++) {
      const [ui, pi] = [2 * u[i]!, 2 * p[i]!];
      for (let j = k + 1, at = i * size; j < size; j++) a[at + j]! -= ui * p[j]! + pi * u[j]!;
    }
  }
  if (size > 1) beside[size - 1] = a[(size - 1) * size + size - 2]!;
  for (let i = 0; i < size; i++) diagonal[i] = a[i * size + i]!;
  a.fill(0);
  for (let i = 0; i < size; i++) a[i * size + i] = 1;
  for (const u of normals) for (let i = 0; i < size; i++) reflect(a, i * size, u, size);
  transpose(a, size);
}

/** row <- row (I - 2 u u') */
function reflect(rows: Float64Array, at: number, u: Float64Array, size: number): void {
  const twice = 2 * dot(rows, at, u, 0, size);
  for (let j = 0; j < size; j++) rows[at + j]! -= twice * u[j]!;
}

/** QL with implicit shifts; each rotation turns two rows of `vectors`. */
function diagonalise(vectors: Float64Array, d: Float64Array, beside: Float64Array, size: number): void {
  const e = new Float64Array(size);
  e.set(beside.subarray(1));
  for (let l = 0; l < size; l++) {
    for (let sweep = 0; ; sweep++) {
      let m = l;
      while (m < size - 1 && !isNegligible(e[m]!, d[m]!, d[m + 1]!)) m++;
      if (m === l) break;
      if (sweep === MAX_SWEEPS)
        throw new RangeError(`symmetricEigen: the QL algorithm must converge in ${MAX_SWEEPS} sweeps`);
      sweepQl(vectors, d, e, l, m, size);
    }
  }
}

const isNegligible = (beside: number, above: number, below: number): boolean => {
  const scale = Math.abs(above) + Math.abs(below);
  return scale + Math.abs(beside) === scale;
};

function sweepQl(vectors: Float64Array, d: Float64Array, e: Float64Array, l: number, m: number, size: number): void {
  const quotient = (d[l + 1]! - d[l]!) / (2 * e[l]!);
  const root = length2(quotient, 1);
  let g = d[m]! - d[l]! + e[l]! / (quotient + (quotient < 0 ? -root : root));
  let [sine, cosine, p] = [1, 1, 0];
  for (let i = m - 1; i >= l; i--) {
    const f = sine * e[i]!;
    const b = cosine * e[i]!;
    const r = length2(f, g);
    e[i + 1] = r;
    if (r === 0) {
      d[i + 1]! -= p;
      e[m] = 0;
      return;
    }
    sine = f / r;
    cosine = g / r;
    g = d[i + 1]! - p;
    const t = (d[i]! - g) * sine + 2 * cosine * b;
    p = sine * t;
    d[i + 1] = g + p;
    g = cosine * t - b;
    turn(vectors, i * size, (i + 1) * size, size, sine, cosine);
  }
  d[l]! -= p;
  e[l] = g;
  e[m] = 0;
}

function turn(rows: Float64Array, x: number, y: number, size: number, sine: number, cosine: number): void {
  for (let k = 0; k < size; k++) {
    const [first, second] = [rows[x + k]!, rows[y + k]!];
    rows[x + k] = cosine * first - sine * second;
    rows[y + k] = sine * first + cosine * second;
  }
}

/** Root of a^2 + b^2, without overflow. */
function length2(a: number, b: number): number {
  const [x, y] = [Math.abs(a), Math.abs(b)];
  const [most, least] = x > y ? [x, y] : [y, x];
  if (most === 0) return 0;
  const ratio = least / most;
  return most * Math.sqrt(1 + ratio * ratio);
}

function dot(x: Float64Array, from: number, y: Float64Array, to: number, size: number): number {
  let sum = 0;
  for (let k = 0; k < size; k++) sum += x[from + k]! * y[to + k]!;
  return sum;
}

/** The same of the numbers from `start` on. */
function dotFrom(x: Float64Array, at: number, y: Float64Array, start: number, size: number): number {
  let sum = 0;
  for (let k = start; k < size; k++) sum += x[at + k]! * y[k]!;
  return sum;
}

function transpose(a: Float64Array, size: number): void {
  for (let i = 0; i < size; i++)
    for (let j = 0; j < i; j++) {
      const upper = a[j * size + i]!;
      a[j * size + i] = a[i * size + j]!;
      a[i * size + j] = upper;
    }
}
