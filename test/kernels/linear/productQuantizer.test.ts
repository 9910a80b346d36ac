import { expect, it } from "vitest";
import { kMeans, quantizeRows } from "../../../dist/kernels/linear/productQuantizer.js";
import { rowReader } from "../../../dist/kernels/linear/rowMatrix.js";

it("keeps up to 256 rows as they are, but for rounding", async () => {
  const values = Float32Array.of(3, 4, 0, 0, 0, 0, -6, 8, 2);
  const quantized = await quantizeRows({ columns: 3, values }, { pieceSize: 2, seed: 1 });
  expect(quantized.codes).toHaveLength(3 * 2);
  expect(quantized.centroids).toHaveLength(256 * 3);
  expect(Array.from(quantized.norms!.centroids.subarray(0, 3)).sort((a, b) => a - b)).toEqual([
    0,
    5,
    Math.fround(Math.sqrt(104)),
  ]);
  const reader = rowReader(quantized);
  for (let row = 0; row < 3; row++) {
    const sum = new Float64Array(3);
    reader.addTo(sum, [row]);
    sum.forEach((value, d) => {
      expect(value).toBeCloseTo(values[row * 3 + d]!, 5);
    });
  }
});

it("finds the means of groups that stand apart", () => {
  // 256 places, each with a point at either side
  const points = Float32Array.from({ length: 512 }, (_, i) => 10 * (i >> 1) + (i % 2));
  const centroids = kMeans(points, 1, 1, "test");
  const error = (point: number) => Math.min(...Array.from(centroids, (centroid) => Math.abs(centroid - point)));
  const total = points.reduce((sum, point) => sum + error(point) ** 2, 0);
  const spread = points.reduce((sum, point) => sum + (point - 1275.5) ** 2, 0);
  expect(total / spread).toBeLessThan(1e-3);
});

it("gives each of few values, however often they come, a centroid of its own value", () => {
  const points = Float32Array.from({ length: 900 }, (_, i) => i % 3);
  const centroids = new Set(Array.from(kMeans(points, 1, 1, "test"), (value) => Math.round(value * 1000) / 1000));
  expect([...centroids].sort()).toEqual([0, 1, 2]);
});

it("gives the same bytes for the same seed, others for another", () => {
  const points = Float32Array.from({ length: 2000 }, (_, i) => Math.sin(i * i));
  expect(kMeans(points, 2, 7, "a")).toEqual(kMeans(points, 2, 7, "a"));
  expect(kMeans(points, 2, 7, "a")).not.toEqual(kMeans(points, 2, 8, "a"));
});

it("says which sizes of pieces can be", async () => {
  const rows = { columns: 3, values: new Float32Array(6) };
  await expect(quantizeRows(rows, { pieceSize: 4, seed: 1 })).rejects.toThrow(
    "quantize: pieceSize must be an integer in 1 .. 3, got 4",
  );
});
