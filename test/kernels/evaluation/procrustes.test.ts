import { expect, it } from "vitest";
import { drawUniform, procrustes, randomStream, rotated } from "#kernels";

/** Rows of numbers between -1 and 1. */
function randomRows(rows: number, size: number, seed: number): Float32Array {
  const stream = randomStream(seed, "rows");
  return Float32Array.from({ length: rows * size }, (_, i) => 2 * drawUniform(stream, i) - 1);
}

it("finds a quarter turn by hand", () => {
  // (1, 0) goes to (0, 1), and (0, 2) to (-2, 0): A'B = ((0, 1), (-4, 0)), whose singular values are 4 and 1
  const a = Float32Array.of(1, 0, 0, 2);
  const b = Float32Array.of(0, 1, -2, 0);
  const rotation = procrustes(a, b, 2);
  [0, 1, -1, 0].forEach((value, i) => {
    expect(rotation[i]).toBeCloseTo(value, 12);
  });
  expect(rotated(a, rotation, 2)).toEqual(b);
});

it("turns what there is where the other directions hold nothing", () => {
  const [a, b] = [Float32Array.of(1, 0), Float32Array.of(0, 1)];
  expect(rotated(a, procrustes(a, b, 2), 2)).toEqual(b);
  expect(rotated(b, procrustes(a, b, 2), 2)).toEqual(new Float32Array(2));
});

it("finds a reflection, and is the identity between equal matrices", () => {
  const a = randomRows(9, 3, 1);
  const mirrored = a.map((value, i) => (i % 3 === 1 ? -value : value));
  const rotation = procrustes(a, mirrored, 3);
  [1, 0, 0, 0, -1, 0, 0, 0, 1].forEach((value, i) => {
    expect(rotation[i]).toBeCloseTo(value, 7);
  });
  const same = procrustes(a, a, 3);
  [1, 0, 0, 0, 1, 0, 0, 0, 1].forEach((value, i) => {
    expect(same[i]).toBeCloseTo(value, 7);
  });
});

it("is orthogonal, and no small turn from it comes closer", () => {
  const size = 12;
  const [a, b] = [randomRows(40, size, 2), randomRows(40, size, 3)];
  const rotation = procrustes(a, b, size);
  for (let i = 0; i < size; i++)
    for (let j = 0; j < size; j++) {
      let product = 0;
      for (let d = 0; d < size; d++) product += rotation[d * size + i]! * rotation[d * size + j]!;
      expect(product).toBeCloseTo(i === j ? 1 : 0, 10);
    }
  const missed = (r: Float64Array) => rotated(a, r, size).reduce((sum, value, i) => sum + (value - b[i]!) ** 2, 0);
  const best = missed(rotation);
  for (let p = 0; p < size - 1; p++) {
    for (const angle of [-0.05, 0.05]) {
      const turned = rotation.slice();
      for (let d = 0; d < size; d++) {
        const [x, y] = [rotation[d * size + p]!, rotation[d * size + p + 1]!];
        turned[d * size + p] = Math.cos(angle) * x - Math.sin(angle) * y;
        turned[d * size + p + 1] = Math.sin(angle) * x + Math.cos(angle) * y;
      }
      expect(missed(turned)).toBeGreaterThan(best);
    }
  }
});

it("brings a rotated copy back with fewer rows than dimensions", () => {
  const size = 8;
  const a = randomRows(3, size, 4);
  const turn = procrustes(randomRows(20, size, 5), randomRows(20, size, 6), size);
  const b = rotated(a, turn, size);
  rotated(a, procrustes(a, b, size), size).forEach((value, i) => {
    expect(value).toBeCloseTo(b[i]!, 5);
  });
});
