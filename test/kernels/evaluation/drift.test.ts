import { describe, expect, it } from "vitest";
import { drawUniform, drift, procrustes, randomStream, rotated, Vectors } from "#kernels";
import { characterVectors } from "../../support/characterVectors.js";

const size = 10;
const names = Array.from({ length: 60 }, (_, i) => (i % 2 === 0 ? `w${i}` : `词${i}`));

function randomValues(seed: number, rows = names.length): Float32Array {
  const stream = randomStream(seed, "drift");
  return Float32Array.from({ length: rows * size }, (_, i) => 2 * drawUniform(stream, i) - 1);
}
const vectorsOf = (terms: readonly string[], values: Float32Array, vectorSize = size) =>
  new Vectors({ terms, values, vectorSize, metadata: new Map() });
/** Some rotation. */
const turn = procrustes(randomValues(8), randomValues(9), size);

describe("drift", () => {
  it("measures two words of the plane by hand", () => {
    // b goes from (0, 1) to (1, 1), by 45 degrees: 1 - cos = 0.2929. A'B = ((1, 0), (r, r)) with r = 0.7071; the best rotation is
    // by -22.5 degrees, half of it, and leaves either word 22.5 degrees away: 1 - cos = 0.0761
    const old = vectorsOf(["a", "b", "c"], Float32Array.of(1, 0, 0, 1, 5, 5), 2);
    const young = vectorsOf(["d", "b", "a"], Float32Array.of(1, 2, 1, 1, 3, 0), 2);
    const found = drift(old, young, { neighbors: 1 });
    expect(found).toMatchObject({ shared: 2, onlyOld: ["c"], onlyNew: ["d"] });
    expect(found.plain.max).toBeCloseTo(0.2928932, 6);
    expect(found.plain.mean).toBeCloseTo(0.1464466, 6);
    expect(found.aligned.p10).toBeCloseTo(0.0761205, 6);
    expect(found.aligned.max).toBeCloseTo(0.0761205, 6);
    expect(found.jaccard).toEqual({ mean: 1, p10: 1, median: 1, p90: 1, max: 1 }); // each has only the other
  });

  it("is nothing for a rotated copy, whose words only look moved", () => {
    const values = randomValues(1);
    const { aligned, plain, jaccard } = drift(vectorsOf(names, values), vectorsOf(names, rotated(values, turn, size)));
    expect(aligned.max).toBeLessThan(1e-6);
    expect(plain.median).toBeGreaterThan(0.1);
    expect(jaccard!.p10).toBe(1);
  });

  it("does not depend on the order and length of rows", () => {
    const [values, others] = [randomValues(1), randomValues(2)];
    const expected = drift(vectorsOf(names, values), vectorsOf(names, others), { top: 3 });
    const backwards = Float32Array.from(others, (_, i) => {
      const row = names.length - 1 - Math.floor(i / size);
      return 3 * others[row * size + (i % size)]!;
    });
    const found = drift(vectorsOf(names, values), vectorsOf(names.toReversed(), backwards), { top: 3 });
    expect(found.moved.map(({ term, gone, come }) => ({ term, gone, come }))).toEqual(
      expected.moved.map(({ term, gone, come }) => ({ term, gone, come })),
    );
    expect(found.aligned.median).toBeCloseTo(expected.aligned.median, 6);
  });

  it("ranks a word first that was moved to another's place, at five seeds, and names its neighbours", () => {
    for (let seed = 1; seed <= 5; seed++) {
      const values = randomValues(seed);
      const moved = rotated(values, turn, size);
      const opposite = names.findIndex((_, row) => cosine(values, 5, row) < -0.3);
      moved.copyWithin(5 * size, opposite * size, (opposite + 1) * size);
      const old = vectorsOf(names, values);
      const [first, second] = drift(old, vectorsOf(names, moved), { top: 2, neighbors: 4 }).moved;
      expect(first!.term).toBe("词5");
      expect(first!.aligned).toBeGreaterThan(5 * second!.aligned);
      expect(first!.come[0]).toBe(names[opposite]);
      expect(first!.gone).toEqual(
        old.mostSimilar("词5", { topN: 4 }).flatMap(({ term }) => (first!.come.includes(term) ? [] : [term])),
      );
      const kept = 4 - first!.gone.length;
      expect(first!.jaccard).toBeCloseTo(kept / (8 - kept), 12);
    }
  });

  it("looks at the first rows of the new vectors only, if told to", () => {
    const [old, young] = [vectorsOf(names, randomValues(1)), vectorsOf(names.toReversed(), randomValues(2))];
    const { shared, moved, onlyOld, aligned } = drift(old, young, { terms: 7, top: 100, sample: 0 });
    expect(shared).toBe(7);
    expect(aligned.median).toBe(moved[3]!.aligned); // the fourth of seven
    expect(moved.map(({ term }) => term).sort()).toEqual(names.slice(-7).sort());
    expect(onlyOld).toEqual([]);
  });

  it("compares a sample of neighbours that is evenly spread, and none if told so", () => {
    const [old, young] = [vectorsOf(names, randomValues(1)), vectorsOf(names, randomValues(2))];
    const all = drift(old, young, { top: names.length });
    const exact = all.moved.reduce((sum, { jaccard }) => sum + jaccard, 0) / names.length;
    expect(all.jaccard!.mean).toBeCloseTo(exact, 12);
    for (const { jaccard, gone, come } of all.moved) {
      const kept = 10 - gone.length;
      expect(jaccard).toBeCloseTo(kept / (kept + gone.length + come.length), 12);
    }
    expect(all.moved.some(({ gone }) => gone.length > 0 && gone.length < 10)).toBe(true);
    expect(Math.abs(drift(old, young, { sample: 20 }).jaccard!.mean - exact)).toBeLessThan(0.1);
    expect(drift(old, young, { sample: 0 }).jaccard).toBeUndefined();
  });

  it("takes rows of zeros for what they are: unmoved from zero to zero, else as far as a right angle", () => {
    const [values, others] = [randomValues(1), randomValues(1)];
    for (const row of [0, 1]) values.fill(0, row * size, (row + 1) * size);
    others.fill(0, 0, size);
    const { moved } = drift(vectorsOf(names, values), vectorsOf(names, others), { top: names.length });
    const plain = new Map(moved.map((one) => [one.term, one.plain]));
    expect([plain.get("w0"), plain.get("词1")]).toEqual([0, 1]);
  });

  describe("of terms that one side makes of subwords", () => {
    // x and y stay where they are, so that nothing is turned.
    const shared = { x: [1, 0], y: [0, 1] };
    const old = characterVectors({ ...shared, a: [0, -1], 山: [1, 1] }, { 水: [3, 0] });
    const young = characterVectors({ ...shared, 水: [0, 1], zzz: [1, 1] }, { a: [0, -2] });

    it("measures what was learned from what the other makes, by hand", () => {
      // The old makes (3, 0) of 水, a right angle from (0, 1), and x is nearest to it, where y is to the new one; the new makes (0, -2) of
      // a, whose direction is that of (0, -1). Of zzz and 山 the other side knows no character.
      const { unseen } = drift(old, young, { unseen: true, neighbors: 1 });
      expect(unseen).toMatchObject({ madeByOld: 1, madeByNew: 1, aligned: { mean: 0.5, max: 1 }, plain: { max: 1 } });
      expect(unseen!.moved).toEqual([
        { term: "水", aligned: 1, plain: 1, jaccard: 0, gone: ["x"], come: ["y"], madeBy: "old" },
        { term: "a", aligned: 0, plain: 0, jaccard: 1, gone: [], come: [], madeBy: "new" },
      ]);
    });

    it("leaves what is told of the shared terms as it is, and tells nothing unless asked", () => {
      const without = drift(old, young);
      expect(without.unseen).toBeUndefined();
      const { unseen: _, ...known } = drift(old, young, { unseen: true });
      expect(known).toEqual(without);
      expect(without).toMatchObject({ shared: 2, onlyOld: ["a", "山"], onlyNew: ["水", "zzz"] });
    });

    it("turns made vectors as those of the shared terms are turned", () => {
      const turned = characterVectors({ x: [0, 1], y: [-1, 0], 水: [0, 5] }, {}); // by 90 degrees
      const [moved] = drift(old, turned, { unseen: true }).unseen!.moved;
      expect(moved).toMatchObject({ term: "水", madeBy: "old" });
      expect(moved!.aligned).toBeCloseTo(0, 6); // (3, 0) is turned onto (0, 3)
      expect(moved!.plain).toBeCloseTo(1, 6);
    });

    it("looks at the first rows of either side, and lists as many as are asked for", () => {
      const { unseen } = drift(old, young, { unseen: true, terms: 3, top: 1 });
      expect(unseen).toMatchObject({ madeByOld: 1, madeByNew: 1, moved: [{ term: "水" }] });
      expect(drift(old, young, { unseen: true, terms: 2 }).unseen).toEqual({ madeByOld: 0, madeByNew: 0, moved: [] });
    });

    it("needs subwords on one side", () => {
      const plain = vectorsOf(["x"], Float32Array.of(1, 1), 2);
      expect(() => drift(plain, plain, { unseen: true })).toThrow(
        new RangeError("drift: unseen must have vectors with subwords, got none in both"),
      );
      expect(drift(plain, young, { unseen: true }).unseen).toMatchObject({ madeByOld: 0, madeByNew: 0 });
    });
  });

  it("refuses vectors that cannot be compared", () => {
    const old = vectorsOf(names, randomValues(1));
    expect(() => drift(old, vectorsOf(["w0"], new Float32Array(4), 4))).toThrow(
      new RangeError("drift: both must have vectors of one size, got 10 and 4"),
    );
    expect(() => drift(old, vectorsOf(["x"], new Float32Array(size)))).toThrow(
      new RangeError("drift: the two must share terms, got none in both"),
    );
    expect(() => drift(old, old, { neighbors: 0 })).toThrow("drift: neighbors must be an integer >= 1, got 0");
  });
});

function cosine(values: Float32Array, a: number, b: number): number {
  const [x, y] = [a, b].map((row) => values.subarray(row * size, (row + 1) * size)) as [Float32Array, Float32Array];
  const product = (p: Float32Array, q: Float32Array) => p.reduce((sum, value, d) => sum + value * q[d]!, 0);
  return product(x, y) / Math.sqrt(product(x, x) * product(y, y));
}
