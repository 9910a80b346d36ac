import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { boundedCosine, Vectors } from "#kernels";

const table = (rows: Record<string, number[]>) =>
  new Vectors({
    terms: Object.keys(rows),
    values: Float32Array.from(Object.values(rows).flat()),
    vectorSize: Object.values(rows)[0]!.length,
    metadata: new Map(),
  });

// man to king is what woman is to queen: one axis is sex, the other rank; "apple" stands aside.
const family = table({
  man: [1, 0, 1],
  king: [1, 1, 1],
  woman: [-1, 0, 1],
  queen: [-1, 1, 1],
  apple: [0, -1, -1],
});

it("tells no cosine beyond -1 and 1, nor a negative zero, though rounding makes some", () => {
  const rows = Array.from({ length: 40 }, (_, k) => [Math.sin(k + 1), Math.cos(k + 1), Math.sin(2 * k)]);
  const terms = [...rows.map((_, k) => `a${k}`), ...rows.map((_, k) => `b${k}`), ...rows.map((_, k) => `c${k}`)];
  const values = Float32Array.from([...rows, ...rows, ...rows.map((row) => row.map((value) => -value))].flat());
  const vectors = new Vectors({ terms, values, vectorSize: 3, metadata: new Map() });
  const scores = rows.flatMap((_, k) => vectors.mostSimilar(`a${k}`, { topN: 200 }).map(({ score }) => score));
  for (const score of scores) expect(Math.abs(score)).toBeLessThanOrEqual(1);
  expect(rows.map((_, k) => vectors.similarity(`a${k}`, `b${k}`))).toEqual(rows.map(() => expect.closeTo(1, 14)));
  expect(boundedCosine(1 + 2 ** -52)).toBe(1);
  expect(boundedCosine(-1 - 2 ** -52)).toBe(-1);
  expect(Object.is(boundedCosine(-0), 0)).toBe(true);
});

describe("similarity", () => {
  it("is the cosine of the angle", () => {
    // (1,0,1).(1,1,1) = 2, lengths sqrt 2 and sqrt 3: 2 / sqrt 6
    expect(family.similarity("man", "king")).toBe(2 / Math.sqrt(6));
  });

  it("is exactly 1 for a term and itself, and 0 for a row of zeros", () => {
    const vectors = table({ 北京: [0.1, 0.2, 0.3], 空: [0, 0, 0] });
    expect(vectors.similarity("北京", "北京")).toBe(1);
    expect(vectors.similarity("北京", "空")).toBe(0);
  });
});

it("tells the terms nearest to a vector that is of none of them", () => {
  // (0, 1, 1): king and queen (2 / sqrt 6), before man and woman (1 / 2); apple is opposite
  const near = family.nearest([0, 2, 2], { topN: 4, exclude: ["man"] });
  expect(near.map(({ term }) => term)).toEqual(["king", "queen", "woman", "apple"]);
  expect(near.map(({ score }) => score)).toEqual(
    [2 / 6 ** 0.5, 2 / 6 ** 0.5, 0.5, -1].map((x) => expect.closeTo(x, 6)),
  );
  expect(() => family.nearest([1, 2])).toThrow("Vectors: a vector must have 3 numbers, got 2");
});

describe("mostSimilar", () => {
  it("returns the other terms by falling cosine", () => {
    // man.king = 2/sqrt6 = 0.816; man.queen = 0; man.woman = 0; man.apple = -1/2
    const neighbors = family.mostSimilar("man");
    expect(neighbors.map(({ term }) => term)).toEqual(["king", "queen", "woman", "apple"]);
    expect(neighbors[0]!.score).toBeCloseTo(2 / Math.sqrt(6), 7);
    expect(neighbors[3]!.score).toBeCloseTo(-0.5, 7);
  });

  it("orders ties by code point, above the basic plane too", () => {
    const vectors = table({ q: [1, 0], "😀": [1, 0], Ａ: [1, 0], b: [1, 0] });
    expect(vectors.mostSimilar("q").map(({ term }) => term)).toEqual(["b", "Ａ", "😀"]);
    expect(vectors.mostSimilar("q", { topN: 2 }).map(({ term }) => term)).toEqual(["b", "Ａ"]);
  });

  it("leaves out excluded terms and still fills topN", () => {
    const neighbors = family.mostSimilar("man", { topN: 2, exclude: ["king", "not in the table"] });
    expect(neighbors.map(({ term }) => term)).toEqual(["queen", "woman"]);
  });

  it("adds and subtracts unit vectors, so a term's length has no say", () => {
    const vectors = table({ x: [100, 0], y: [0, 1], both: [1, 1], xOnly: [5, 0] });
    expect(vectors.mostSimilar({ positive: ["x", "y"] })[0]).toMatchObject({ term: "both" });
  });

  it("agrees with a sort of all cosines", () => {
    const row = fc.array(fc.integer({ min: -3, max: 3 }), { minLength: 3, maxLength: 3 });
    fc.assert(
      fc.property(fc.array(row, { minLength: 2, maxLength: 30 }), fc.integer({ min: 1, max: 40 }), (rows, topN) => {
        const vectors = table(Object.fromEntries(rows.map((values, id) => [`t${id}`, values])));
        const expected = vectors.terms
          .slice(1)
          .map((term) => vectors.similarity("t0", term))
          .sort((a, b) => b - a)
          .slice(0, topN);
        const scores = vectors.mostSimilar("t0", { topN }).map(({ score }) => score);
        expect(scores).toHaveLength(expected.length);
        scores.forEach((score, rank) => {
          expect(score).toBeCloseTo(expected[rank]!, 6);
        });
      }),
      { seed: 2 },
    );
  });
});

describe("analogy", () => {
  it("finds the fourth corner by 3CosAdd and by 3CosMul", () => {
    expect(family.analogy("man", "king", "woman")[0]).toMatchObject({ term: "queen" });
    expect(family.analogy("man", "king", "woman", { method: "3CosMul", topN: 1 })).toHaveLength(1);
    expect(family.analogy("man", "king", "woman", { method: "3CosMul" })[0]).toMatchObject({ term: "queen" });
  });

  it("scores 3CosMul on cosines moved to 0 .. 1", () => {
    // queen: with king (-1+1+1)/3 = 1/3 -> 2/3; with woman 2/sqrt6; with man 0 -> 1/2
    const expected = ((2 / 3) * ((1 + 2 / Math.sqrt(6)) / 2)) / (0.5 + 0.001);
    expect(family.analogy("man", "king", "woman", { method: "3CosMul" })[0]!.score).toBeCloseTo(expected, 6);
  });
});

it("copies a row, so that the receiver may change it", () => {
  family.vectorOf("man")[0] = 9;
  expect([...family.vectorOf("man")]).toEqual([1, 0, 1]);
  expect(family.idOf("woman")).toBe(2);
  expect(family.idOf("Woman")).toBeUndefined();
});

describe("errors", () => {
  it.each([
    [() => family.similarity("man", "quen"), 'Vectors: unknown term "quen"; did you mean "queen"?'],
    [() => family.vectorOf("中国"), 'Vectors: unknown term "中国"'],
    [() => family.mostSimilar("man", { topN: 0 }), "Vectors: topN must be an integer >= 1, got 0"],
    [() => family.mostSimilar({ positive: [] }), "Vectors: a question must name a term, got none"],
    [
      () => family.analogy("man", "king", "woman", { method: "add" as "3CosAdd" }),
      'Vectors: method must be one of 3CosAdd, 3CosMul, got "add"',
    ],
    [
      () => new Vectors({ terms: ["a", "b"], values: new Float32Array(3), vectorSize: 2, metadata: new Map() }),
      "Vectors: values must be 2 terms x 2 numbers, got 3",
    ],
    [
      () => new Vectors({ terms: ["a", "a"], values: new Float32Array(4), vectorSize: 2, metadata: new Map() }),
      'Vectors: terms must differ, got "a" twice, at row 1',
    ],
  ])("%#: says who, what and what was found", (action, message) => {
    expect(action).toThrow(new RangeError(message));
  });
});
