import { describe, expect, it } from "vitest";
import { groupVectors, setUnitRow, silhouette, unitRows } from "#kernels";

const options = { most: 6, least: 0.1, seed: 1 };
/** Points near some corners of a square, far from 0, so that their mean must be taken off. */
const near = (corners: readonly (readonly [number, number])[], each: number) =>
  corners.flatMap(([x, y], k) =>
    Array.from({ length: each + k }, (_, i) =>
      Float32Array.of(50 + x + 0.01 * i, 50 + y - 0.02 * (i % 3), 0.01 * ((i * 7) % 5)),
    ),
  );
const corners = [
  [1, 0],
  [0, 1],
  [-1, 0],
  [0, -1],
] as const;

describe("silhouette", () => {
  it("is the mean of (b - a) / max(a, b)", () => {
    // Unit vectors x, x, y: a = 0 and b = 1 of the first two, which are 1 each; the third is alone: 0.
    const rows = unitRows(3, 2);
    for (const [n, vector] of [
      [1, 0],
      [1, 0],
      [0, 1],
    ].entries())
      setUnitRow(rows, n, vector);
    expect(silhouette(rows, Uint32Array.of(0, 0, 1), 2)).toBeCloseTo(2 / 3, 12);
    // x with y, x alone: a = 1, b = 0 for the first: -1; a = 1, b = 1 for y: 0; 0.
    expect(silhouette(rows, Uint32Array.of(0, 1, 0), 2)).toBeCloseTo(-1 / 3, 12);
  });
});

describe("groupVectors", () => {
  it.each([2, 3, 4])("finds how many groups there are: %i", (count) => {
    const vectors = near(corners.slice(0, count), 10);
    const { groups, silhouette: apart } = groupVectors(vectors, options);
    expect(groups.map(({ members }) => members.length)).toEqual(Array.from({ length: count }, (_, k) => 9 + count - k));
    expect(apart).toBeGreaterThan(0.8);
    expect(groups.flatMap(({ members }) => members).toSorted((a, b) => a - b)).toEqual([...vectors.keys()]);
  });

  it("takes the fewest that lie apart about as well: pairs of groups that lie close are not split", () => {
    const pairs = corners.slice(0, 2).flatMap(([x, y]) => [
      [x + 0.1, y + 0.1],
      [x - 0.1, y - 0.1],
    ]) as [number, number][];
    const { groups, silhouette: apart } = groupVectors(near(pairs, 10), options);
    expect(groups).toHaveLength(2);
    expect(apart).toBeGreaterThan(0.7);
  });

  it("makes as many as it is told, and one where none lie apart", () => {
    const vectors = near(corners.slice(0, 2), 10);
    expect(groupVectors(vectors, { ...options, count: 1 }).groups).toHaveLength(1);
    expect(groupVectors(vectors, { ...options, count: 3 }).groups).toHaveLength(3);
    expect(groupVectors(vectors, { ...options, least: 0.9999 })).toMatchObject({ silhouette: 0, groups: [{}] });
    expect(groupVectors([Float32Array.of(1, 2)], options).groups).toEqual([{ members: [0] }]);
  });
});
