import type { AttentionOptions, ProductOptions, Tensor } from "./engine.js";

/** Checks of what engines are given, and the shapes of what they make: one text of each error for all engines. */

export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((size, length) => size * length, 1);
}

export function spellShape(shape: readonly number[]): string {
  return shape.length === 0 ? "one number" : shape.length === 1 ? `(${shape[0]},)` : shape.join(" x ");
}

/** Rows and columns of a matrix. */
export function matrixOf(operation: string, { shape }: Tensor): readonly [rows: number, columns: number] {
  if (shape.length !== 2)
    throw new RangeError(`${operation}: what is given must be a matrix, got ${spellShape(shape)}`);
  return shape as [number, number];
}

export function requireSame(operation: string, a: Tensor, b: Tensor): void {
  if (spellShape(a.shape) === spellShape(b.shape)) return;
  throw new RangeError(`${operation}: shapes must be the same, got ${spellShape(a.shape)} and ${spellShape(b.shape)}`);
}

export function requireShape(operation: string, what: string, { shape }: Tensor, wanted: readonly number[]): void {
  if (spellShape(shape) === spellShape(wanted)) return;
  throw new RangeError(`${operation}: ${what} must be ${spellShape(wanted)}, got ${spellShape(shape)}`);
}

/** m, k, n of a product of m x k with k x n. */
export function productSizes(a: Tensor, b: Tensor, options: ProductOptions = {}): readonly [number, number, number] {
  const { transposeA = false, transposeB = false, addTo } = options;
  const [rowsA, columnsA] = matrixOf("product", a);
  const [rowsB, columnsB] = matrixOf("product", b);
  const [m, k] = transposeA ? [columnsA, rowsA] : [rowsA, columnsA];
  const [inner, n] = transposeB ? [columnsB, rowsB] : [rowsB, columnsB];
  if (k !== inner) {
    const spelled = `${spellShape(a.shape)}${transposeA ? " transposed" : ""} and ${spellShape(b.shape)}${transposeB ? " transposed" : ""}`;
    throw new RangeError(`product: inner lengths must be the same, got ${spelled}`);
  }
  if (addTo !== undefined) requireShape("product", "what is added to", addTo, [m, n]);
  return [m, k, n];
}

/** Of a vector that goes with the columns of a matrix. */
export function requireVector(operation: string, what: string, vector: Tensor, matrix: Tensor): void {
  const [, columns] = matrixOf(operation, matrix);
  if (vector.shape.length === 1 && vector.shape[0] === columns) return;
  throw new RangeError(
    `${operation}: ${what} must be (${columns},) for ${spellShape(matrix.shape)}, got ${spellShape(vector.shape)}`,
  );
}

export function requireRange(operation: string, what: string, from: number, to: number, length: number): void {
  if (Number.isInteger(from) && Number.isInteger(to) && from >= 0 && from < to && to <= length) return;
  throw new RangeError(`${operation}: ${what} must lie in 0..${length}, got ${from}..${to}`);
}

export function requireCount(operation: string, what: string, found: number, wanted: number): void {
  if (found !== wanted) throw new RangeError(`${operation}: ${what} must be ${wanted}, got ${found}`);
}

/** What belongs to a parameter. */
export function requireParameter<T>(known: ReadonlyMap<string, T>, name: string): T {
  const found = known.get(name);
  if (found !== undefined) return found;
  throw new RangeError(`parameters: there must be one named ${name}, got ${[...known.keys()].join(", ") || "none"}`);
}

/** Of indices that name rows; `lowest` is -1 where that means none. */
export function requireIds(operation: string, ids: ArrayLike<number>, rows: number, lowest = 0): void {
  for (let i = 0; i < ids.length; i++) {
    const id = ids[i]!;
    if (id >= lowest && id < rows) continue;
    throw new RangeError(`${operation}: ids must be ${lowest}..${rows - 1}, got ${id} at ${i}`);
  }
}

/** Sequences or words of equal length that the rows of a matrix consist of. */
export function groupsOf(operation: string, rows: number, length: number): number {
  if (Number.isInteger(length) && length >= 1 && rows % length === 0) return rows / length;
  throw new RangeError(`${operation}: length of a group must divide the number of rows, got ${length} and ${rows}`);
}

export function requireSameSize(operation: string, a: Tensor, shape: readonly number[]): void {
  if (sizeOf(a.shape) === sizeOf(shape)) return;
  throw new RangeError(`${operation}: sizes must be the same, got ${spellShape(a.shape)} and ${spellShape(shape)}`);
}

export interface AttentionSizes {
  readonly rows: number;
  /** Numbers of a query, a key or a value, of all heads together. */
  readonly width: number;
  /** Rows of a sequence. */
  readonly positions: number;
  readonly heads: number;
  /** Numbers of a head. */
  readonly size: number;
}

/** @param lengths the tokens of each sequence, where they are given */
export function attentionSizes(
  operation: string,
  qkv: Tensor,
  { heads, sequences }: AttentionOptions,
  lengths: ArrayLike<number> | undefined,
): AttentionSizes {
  const [rows, all] = matrixOf(operation, qkv);
  const size = groupsOf(`${operation}: columns`, all, 3 * heads);
  const positions = groupsOf(operation, rows, sequences);
  if (lengths === undefined) return { rows, width: all / 3, positions, heads, size };
  requireCount(operation, "number of lengths", lengths.length, sequences);
  for (let n = 0; n < sequences; n++) {
    const length = lengths[n]!;
    if (length >= 0 && length <= positions) continue;
    throw new RangeError(`${operation}: lengths must be 0..${positions}, got ${length} at ${n}`);
  }
  return { rows, width: all / 3, positions, heads, size };
}
