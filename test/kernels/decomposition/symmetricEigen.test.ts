import { describe, expect, it } from "vitest";
import { symmetricEigen } from "#kernels";

const made = (size: number) =>
  Float64Array.from({ length: size * size }, (_, at) => {
    const [i, j] = [Math.floor(at / size), at % size];
    return Math.sin(1 + Math.min(i, j) * 13 + Math.max(i, j) * 5);
  });

describe("symmetricEigen", () => {
  it("finds the values of a matrix by hand", () => {
    // [2 1; 1 2]: (1, 1) has 3, (1, -1) has 1
    const { values, vectors } = symmetricEigen(Float64Array.of(2, 1, 1, 2), 2);
    expect(values[0]).toBeCloseTo(3, 14);
    expect(values[1]).toBeCloseTo(1, 14);
    for (const entry of vectors) expect(Math.abs(entry)).toBeCloseTo(Math.SQRT1_2, 14);
    expect(vectors[0]! * vectors[1]!).toBeGreaterThan(0);
    expect(vectors[2]! * vectors[3]!).toBeLessThan(0);
  });

  it.each([1, 2, 3, 8, 33])(
    "takes apart a matrix of %i rows: S v = value v, with v orthonormal, the largest first",
    (size) => {
      const matrix = made(size);
      const { values, vectors } = symmetricEigen(matrix, size);
      for (let k = 0; k < size; k++) {
        const v = vectors.subarray(k * size, (k + 1) * size);
        if (k > 0) expect(values[k]).toBeLessThanOrEqual(values[k - 1]!);
        for (let i = 0; i < size; i++) {
          const product = v.reduce((sum, each, j) => sum + matrix[i * size + j]! * each, 0);
          expect(product).toBeCloseTo(values[k]! * v[i]!, 11);
        }
        for (let other = 0; other <= k; other++) {
          const dot = v.reduce((sum, each, j) => sum + each * vectors[other * size + j]!, 0);
          expect(dot).toBeCloseTo(other === k ? 1 : 0, 12);
        }
      }
    },
  );

  it("takes a diagonal with equal values and zeros", () => {
    const { values } = symmetricEigen(Float64Array.of(0, 0, 0, 0, 5, 0, 0, 0, 5), 3);
    expect([...values]).toEqual([5, 5, 0]);
  });

  it("refuses what is not finite", () => {
    expect(() => symmetricEigen(Float64Array.of(1, Number.NaN, Number.NaN, 1), 2)).toThrow(
      new RangeError("symmetricEigen: numbers must be finite, got NaN or infinity"),
    );
  });
});
