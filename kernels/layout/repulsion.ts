import type { WasmModule } from "../numbers/webAssembly.js";
import { type SquareTransform, squareTransform } from "./fourier.js";

/**
 * The repulsive part of t-SNE's gradient for N points in the plane, without looking at pairs:
 *
 *     f_i = sum over j of w_ij^2 (y_i - y_j),    Z = sum over i, j of w_ij (i != j),    w_ij = 1 / (1 + |y_i - y_j|^2)
 *
 * Both are convolutions of the points with a smooth kernel. Points are spread over a grid by cubic B-splines, the grid is convolved by its
 * Fourier transform, and the field is read back by the same splines (Linderman et al. 2019, "Fast interpolation-based t-SNE", Nature
 * Methods 16, with Lagrange polynomials in the place of splines; the splines' own blur is divided out, as in Essmann et al. 1995, "A smooth
 * particle mesh Ewald method", J. Chem. Phys. 103). A point does not repel itself: its kernel is odd.
 *
 * Of few points the sums are taken pair by pair. Cost O(N + G^2 log G), G the grid's size; memory 28 G^2 bytes. Points lie in (N, 2), row-major.
 */
export class Repulsion {
  #transform: SquareTransform | undefined;
  #grid: Grid | undefined;

  constructor(readonly module?: WasmModule) {}

  /** Writes f (N, 2) and returns Z. */
  compute(points: Float64Array, forces: Float64Array): number {
    if (points.length <= 2 * FEW) return repelByPairs(points, forces);
    const { least, span } = boundsOf(points);
    const { size, spacing } = gridFor(span);
    if (this.#transform?.size !== size) this.#transform = squareTransform(size, this.module);
    if (this.#grid?.size !== size || this.#grid.spacing !== spacing) this.#grid = new Grid(spacing, this.#transform);
    return this.#grid.compute(points, least, forces);
  }
}

/** So many points are compared pair by pair sooner than by the grid. */
const FEW = 500;

/** The same by the definition: exact, and O(N^2). */
export function repelByPairs(points: Float64Array, forces: Float64Array): number {
  forces.fill(0);
  let pairs = 0;
  for (let i = 0; i < points.length; i += 2)
    for (let j = 0; j < i; j += 2) {
      const dx = points[i]! - points[j]!;
      const dy = points[i + 1]! - points[j + 1]!;
      const w = 1 / (1 + dx * dx + dy * dy);
      pairs += 2 * w;
      forces[i]! += w * w * dx;
      forces[i + 1]! += w * w * dy;
      forces[j]! -= w * w * dx;
      forces[j + 1]! -= w * w * dy;
    }
  return pairs;
}

/** Distance of grid lines that follows a kernel of width 1 well. */
const FINE_SPACING = 0.7;
/** Cells on each side of the points that splines reach into. */
const MARGIN = 2;
const LEAST_SIZE = 32;
/** A wider picture has a coarser grid: 512 cells across, and as many zeros, which keep its edges apart. */
const LARGEST_SIZE = 1024;
/** Spacings go in steps of this factor, so that the kernel is rarely transformed again. */
const STEP = 1.125;

function gridFor(span: number): { size: number; spacing: number } {
  let size = LEAST_SIZE;
  const cells = () => size / 2 - 2 * MARGIN - 1;
  while (size < LARGEST_SIZE && span > cells() * FINE_SPACING) size *= 2;
  let spacing = FINE_SPACING;
  while (span > cells() * spacing) spacing *= STEP;
  while (span < (cells() * spacing) / STEP) spacing /= STEP;
  return { size, spacing };
}

function boundsOf(points: Float64Array): { least: readonly [number, number]; span: number } {
  const least = [Infinity, Infinity];
  const most = [-Infinity, -Infinity];
  for (let at = 0; at < points.length; at++) {
    const axis = at & 1;
    const value = points[at]!;
    if (value < least[axis]!) least[axis] = value;
    if (value > most[axis]!) most[axis] = value;
  }
  const span = Math.max(most[0]! - least[0]!, most[1]! - least[1]!, 1e-9);
  return { least: [least[0]!, least[1]!], span };
}

class Grid {
  readonly size: number;
  readonly #transform: SquareTransform;
  /** Spectra: of the force, x and i y, and of w. */
  readonly #forceReal: Float32Array;
  readonly #forceImaginary: Float32Array;
  readonly #weight: Float32Array;

  constructor(
    readonly spacing: number,
    transform: SquareTransform,
  ) {
    this.size = transform.size;
    this.#transform = transform;
    const apart = (n: number) => (n < transform.size / 2 ? n : n - transform.size) * spacing; // the grid is a ring
    const w = (dx: number, dy: number) => 1 / (1 + dx * dx + dy * dy);
    const force = this.#spectrum(
      (n, m) => w(apart(n), apart(m)) ** 2 * apart(n),
      (n, m) => w(apart(n), apart(m)) ** 2 * apart(m),
    );
    const weight = this.#spectrum((n, m) => w(apart(n), apart(m)));
    const atLines = (n: number) => (n === 0 ? 2 / 3 : Math.min(n, transform.size - n) === 1 ? 1 / 6 : 0); // of a spline
    const blur = this.#spectrum((n, m) => atLines(n) * atLines(m));
    const sharpened = (values: Float32Array) => values.map((value, at) => value / (blur.real[at]! ** 2 || 1));
    this.#forceReal = sharpened(force.real);
    this.#forceImaginary = sharpened(force.imaginary);
    this.#weight = sharpened(weight.real);
  }

  #spectrum(x: (column: number, row: number) => number, y: typeof x = () => 0) {
    const { size, stride, real, imaginary, forward } = this.#transform;
    for (let row = 0; row < size; row++)
      for (let column = 0; column < size; column++) {
        real[row * stride + column] = x(column, row);
        imaginary[row * stride + column] = y(column, row);
      }
    forward(size);
    return { real: real.slice(), imaginary: imaginary.slice() };
  }

  compute(points: Float64Array, [left, top]: readonly [number, number], forces: Float64Array): number {
    const { spacing } = this;
    const { size, stride, real, imaginary, forward, inverse } = this.#transform;
    const [x, y] = [new Float64Array(4), new Float64Array(4)];
    const place = (at: number): number => {
      const u = (points[at]! - left) / spacing + MARGIN;
      const v = (points[at + 1]! - top) / spacing + MARGIN;
      const column = Math.floor(u);
      const row = Math.floor(v);
      splines(u - column, x);
      splines(v - row, y);
      return (row - 1) * stride + column - 1;
    };
    real.fill(0);
    imaginary.fill(0);
    for (let at = 0; at < points.length; at += 2)
      for (let m = 0, cell = place(at); m < 4; m++, cell += stride)
        for (let n = 0; n < 4; n++) real[cell + n]! += y[m]! * x[n]!;
    forward(size / 2);
    const pairs = this.#multiply();
    inverse(size / 2);
    const scale = 1 / (size * size);
    for (let at = 0; at < points.length; at += 2) {
      let sumX = 0;
      let sumY = 0;
      for (let m = 0, cell = place(at); m < 4; m++, cell += stride)
        for (let n = 0; n < 4; n++) {
          const share = y[m]! * x[n]!;
          sumX += share * real[cell + n]!;
          sumY += share * imaginary[cell + n]!;
        }
      forces[at] = sumX * scale;
      forces[at + 1] = sumY * scale;
    }
    return pairs * scale - points.length / 2; // without the points themselves, w = 1
  }

  /** The spectrum of the points becomes that of the field; returns size^2 Z, by Parseval's theorem. */
  #multiply(): number {
    const { size, stride, real, imaginary } = this.#transform;
    const [forceReal, forceImaginary, weight] = [this.#forceReal, this.#forceImaginary, this.#weight];
    let pairs = 0;
    for (let row = 0; row < size; row++)
      for (let k = row * stride, end = k + size; k < end; k++) {
        const a = real[k]!;
        const b = imaginary[k]!;
        pairs += (a * a + b * b) * weight[k]!;
        real[k] = a * forceReal[k]! - b * forceImaginary[k]!;
        imaginary[k] = a * forceImaginary[k]! + b * forceReal[k]!;
      }
    return pairs;
  }
}

/** The four cubic B-splines that reach a place `t` behind a grid line, 0 <= t < 1. */
function splines(t: number, out: Float64Array): void {
  const rest = 1 - t;
  out[0] = (rest * rest * rest) / 6;
  out[1] = 2 / 3 - t * t * (1 - t / 2);
  out[2] = 2 / 3 - rest * rest * (1 - rest / 2);
  out[3] = (t * t * t) / 6;
}
