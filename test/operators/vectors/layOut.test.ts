import { from } from "rxjs";
import { describe, expect, it } from "vitest";
import { Vectors } from "#kernels";
import { layOut } from "#operators";
import { collect } from "../../support/collect.js";

/** Two bundles of directions, far from each other. */
function twoBundles(count: number): Vectors {
  const terms = Array.from({ length: count }, (_, n) => `${n % 2 === 0 ? "猫" : "dog"}${n}`);
  const values = terms.flatMap((_, n) => {
    const turn = 0.3 * Math.sin(n) + (n % 2) * Math.PI;
    return [Math.cos(turn), Math.sin(turn), 0.1 * Math.cos(5 * n)];
  });
  return new Vectors({ terms, values: Float32Array.from(values), vectorSize: 3, metadata: new Map([["model", "m"]]) });
}

describe("layOut", () => {
  it("draws the first terms, those with similar vectors nearer to each other than to others", async () => {
    const [layout] = await collect(from([twoBundles(60)]).pipe(layOut({ top: 40 })));
    const { terms, points, of, groups, metadata } = layout!;
    expect([terms.length, points.length, groups.length, of]).toEqual([40, 80, 40, 60]);
    expect(Object.fromEntries(metadata)).toEqual({ model: "m", layout: "neighbors", layoutSeed: "1" });
    expect(Math.max(...points)).toBe(65_535);
    const distance = (a: number, b: number) =>
      Math.hypot(points[2 * a]! - points[2 * b]!, points[2 * a + 1]! - points[2 * b + 1]!);
    for (let row = 0; row < 40; row++) {
      const others = [...terms.keys()].filter((other) => other !== row);
      const nearest = others.reduce((best, other) => (distance(row, other) < distance(row, best) ? other : best));
      expect(nearest % 2, terms[row]).toBe(row % 2);
    }
  });

  it("gives the same places again, and others for another seed", async () => {
    const places = async (seed: number) => (await collect(from([twoBundles(40)]).pipe(layOut({ seed }))))[0]!.points;
    expect(await places(1)).toEqual(await places(1));
    expect(await places(2)).not.toEqual(await places(1));
  });

  /** Three epochs of the same terms: the last one lies as the one before it did. */
  const epochs = (count: number) => {
    const last = twoBundles(count);
    const { terms, values, vectorSize, metadata } = last;
    const first = values.map((value, at) => value + Math.cos(7 * at));
    return [new Vectors({ terms, values: first, vectorSize, metadata }), last, twoBundles(count)];
  };

  it("begins a later snapshot where the terms lay, and puts all on the grid of the last one", async () => {
    const layouts = await collect(from(epochs(60)).pipe(layOut({ top: 40, snapshots: 3 })));
    expect(layouts).toHaveLength(1);
    const { points, earlier, groups, metadata } = layouts[0]!;
    const all = [...earlier.map((each) => each.points), points];
    expect([all.length, groups.length, metadata.get("layoutSnapshots")]).toEqual([3, 40, "3"]);
    expect(Math.max(...all.flatMap((each) => [...each]))).toBe(65_535);
    const moved = (a: Uint16Array, b: Uint16Array) =>
      a.reduce((sum, place, at) => sum + Math.abs(place - b[at]!), 0) / (a.length * 65_535);
    const [first, second, third] = all as [Uint16Array, Uint16Array, Uint16Array];
    expect(moved(second, third)).toBeLessThan(0.05);
    expect(moved(first, second)).toBeGreaterThan(2 * moved(second, third));
    const alone = await collect(from(epochs(60).slice(0, 1)).pipe(layOut({ top: 40 })));
    expect(earlier[0]!.neighborsKept).toBe(alone[0]!.neighborsKept);
  });

  it("lays snapshots out by neighbours alone, and of the same terms alone", async () => {
    expect(() => layOut({ method: "pca", snapshots: 2 })).toThrow(
      "layOut: snapshots must be 1 with the method pca, got 2",
    );
    const others = collect(from([twoBundles(40), twoBundles(41)]).pipe(layOut({ snapshots: 2 })));
    await expect(others).rejects.toThrow("layOut: snapshots must be of the same terms, got others in one of them");
  });

  it("refuses fewer terms than make a picture", async () => {
    const laidOut = collect(from([twoBundles(2)]).pipe(layOut()));
    await expect(laidOut).rejects.toThrow("layOut: there must be at least 3 terms to draw, got 2");
  });
});
