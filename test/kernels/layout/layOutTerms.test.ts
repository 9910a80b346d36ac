import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { compileKernel, drawUniform, GROUPS, layOutTerms, neighborsKept, randomStream } from "#kernels";

const [cosines, fourier] = ["cosines", "fourier"].map((name) =>
  compileKernel(readFileSync(`dist/kernels/assembly/${name}.wasm`)),
) as [object, object];
const options = { method: "neighbors", seed: 1, compiled: { cosines, fourier } } as const;

/** Rows around centres: row n belongs to the cluster n % clusters. */
function planted(count: number, size: number, clusters: number, seed: number): Float32Array {
  const random = randomStream(seed, "planted");
  return Float32Array.from({ length: count * size }, (_, at) => {
    const cluster = Math.floor(at / size) % clusters;
    const centre = drawUniform(random, 1e6 + cluster * size + (at % size)) - 0.5;
    return 3 * centre + drawUniform(random, at) - 0.5;
  });
}

/** The point nearest to one. */
function nearestPoint(points: Float64Array, row: number): number {
  const square = (id: number) =>
    id === row
      ? Infinity
      : (points[2 * id]! - points[2 * row]!) ** 2 + (points[2 * id + 1]! - points[2 * row + 1]!) ** 2;
  return [...Array(points.length / 2).keys()].reduce((best, id) => (square(id) < square(best) ? id : best));
}

describe("a layout by neighbours", () => {
  it.each([1, 2, 3])("keeps planted clusters together, seed %i", (seed) => {
    const [count, clusters] = [200, 5];
    const layout = layOutTerms(planted(count, 20, clusters, seed), 20, { ...options, seed });
    const together = [...Array(count).keys()].filter(
      (row) => nearestPoint(layout.points, row) % clusters === row % clusters,
    );
    expect(together.length / count).toBeGreaterThan(0.98);
    expect(neighborsKept(layout)).toBeGreaterThan(0.5);
    expect(Math.max(...layout.groups)).toBeLessThan(GROUPS);
  });

  it("keeps more neighbours than principal axes, and both more than chance", () => {
    const values = planted(400, 30, 8, 1);
    const kept = (method: "neighbors" | "pca") => neighborsKept(layOutTerms(values, 30, { ...options, method }));
    expect(kept("neighbors")).toBeGreaterThan(1.5 * kept("pca"));
    expect(kept("pca")).toBeGreaterThan(2 * (10 / 400));
  });

  it("is the same each time, and another with another seed", () => {
    const values = planted(90, 6, 3, 1);
    const { points } = layOutTerms(values, 6, options);
    expect(layOutTerms(values, 6, options).points).toEqual(points);
    expect(layOutTerms(values, 6, { ...options, seed: 2 }).points).not.toEqual(points);
  });

  it("needs no compiled kernel", () => {
    const values = planted(60, 6, 3, 1);
    const { points } = layOutTerms(values, 6, { method: "neighbors", seed: 1 });
    expect([...Array(60).keys()].filter((row) => nearestPoint(points, row) % 3 === row % 3).length).toBeGreaterThan(55);
  });

  it.each([
    ["three rows", Float32Array.of(1, 0, 0, 1, 1, 1)],
    ["rows that are the same", new Float32Array(40).fill(1)],
    ["rows of zeros", new Float32Array(40)],
  ])("gives %s finite places, apart from each other", (_, values) => {
    const { points } = layOutTerms(values, 2, options);
    expect(points.every(Number.isFinite)).toBe(true);
    expect(new Set(points).size).toBe(points.length);
  });
});

describe("neighbours kept", () => {
  it("counts those among the nearest points", () => {
    // on a line 0 1 2 3; each row's nearest by cosine: the one before it, for the first the last
    const points = Float64Array.of(0, 0, 1, 0, 2, 0, 3, 0);
    const near = { perRow: 1, ids: Uint32Array.of(3, 0, 1, 2), cosines: new Float32Array(4) };
    // nearest points, the first of equal ones: 1, 0, 1, 2: three of four
    expect(neighborsKept({ points, near })).toBe(0.75);
  });
});
