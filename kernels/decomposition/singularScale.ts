/** Rows of k numbers, each number times a power of its singular value: -1, -0.5, 0, 0.5 or 1. */
export function scaledBySingularValues(rows: Float32Array, singularValues: Float64Array, power: number): Float32Array {
  if (power === 0) return rows.slice();
  const factors = singularValues.map((value) => factorOf(value, power));
  return rows.map((number, i) => number * factors[i % factors.length]!);
}

/** By roots and quotients alone, which every engine rounds in one way. */
function factorOf(value: number, power: number): number {
  const whole = Math.abs(power) === 0.5 ? Math.sqrt(value) : value;
  return power < 0 ? 1 / whole : whole;
}
