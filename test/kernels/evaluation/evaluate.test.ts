import { describe, expect, it } from "vitest";
import { evaluateAnalogies, evaluateSimilarity, parseAnalogies, pearson, ranks, Vectors } from "#kernels";
import { characterVectors } from "../../support/characterVectors.js";

const table = (rows: Record<string, number[]>) =>
  new Vectors({
    terms: Object.keys(rows),
    values: Float32Array.from(Object.values(rows).flat()),
    vectorSize: Object.values(rows)[0]!.length,
    metadata: new Map(),
  });

describe("correlation", () => {
  const x = [0.9, 0.1, 0.5, 0.5, -0.2, 0.3, 0.3, 0.3];
  const y = [10, 2, 7, 6, 1, 2, 4, 2];

  it("gives equal values the mean of their ranks", () => {
    expect(ranks(x)).toEqual([8, 2, 6.5, 6.5, 1, 4, 4, 4]);
  });

  // scipy 1.17.1: stats.pearsonr(x, y).statistic and stats.spearmanr(x, y).statistic
  it("agrees with scipy, ties and all", () => {
    expect(pearson(x, y)).toBeCloseTo(0.9090584348850512, 14);
    expect(pearson(ranks(x), ranks(y))).toBeCloseTo(0.9434148851749269, 14);
  });
});

describe("evaluateSimilarity", () => {
  const vectors = table({ 猫: [1, 0], 狗: [2, 1], cat: [0, 1], car: [-1, 0], CAT: [9, 9] });

  it("correlates cosines with the scores of people, and counts pairs without a vector", () => {
    // cosines: 猫 狗 2 / sqrt 5 = 0.894, 猫 cat 0, 猫 car -1; scores fall in the same order but not on a line
    const result = evaluateSimilarity(vectors, [
      { a: "猫", b: "狗", score: 10 },
      { a: "猫", b: "Cat", score: 9 },
      { a: "猫", b: "car", score: 1 },
      { a: "猫", b: "鸟", score: 5 },
    ]);
    expect(result).toMatchObject({ pairs: 3, skipped: 1 });
    expect(result.spearman).toBeCloseTo(1, 14);
    expect(result.pearson).toBeCloseTo(pearson([2 / Math.sqrt(5), 0, -1], [10, 9, 1]), 14);
  });

  it.each([
    [
      "fewer than 2 pairs have vectors",
      [
        ["猫", "狗", 1],
        ["猫", "鸟", 2],
      ],
    ],
    [
      "all scores are equal",
      [
        ["猫", "狗", 0.1],
        ["猫", "cat", 0.1],
        ["猫", "car", 0.1],
      ],
    ],
    [
      "all cosines are equal",
      [
        ["cat", "猫", 1],
        ["cat", "car", 2],
      ],
    ],
  ] as const)("tells that %s, and no correlation", (reason, rows) => {
    const found = evaluateSimilarity(
      vectors,
      rows.map(([a, b, score]) => ({ a, b, score })),
    );
    expect(found).toMatchObject({ pearson: Number.NaN, spearman: Number.NaN, reason });
  });

  it("takes letters as they are on request", () => {
    const pairs = [{ a: "Cat", b: "猫", score: 1 }];
    expect(evaluateSimilarity(vectors, pairs, { lowerCase: false })).toMatchObject({ pairs: 0, skipped: 1 });
  });
});

describe("evaluateAnalogies", () => {
  const family = table({
    man: [1, 0, 1],
    king: [1, 1, 1],
    woman: [-1, 0, 1],
    Queen: [-1, 1, 1],
    apple: [0, -1, -1],
    queen: [0, -1, -1],
  });

  it("counts right answers by section, and questions with an unknown term", () => {
    const text = ": royal\nMan King Woman Queen\nman king woman apple\n: rest\nman king woman tsar\n";
    expect(evaluateAnalogies(family, parseAnalogies(text))).toEqual({
      sections: [
        { name: "royal", correct: 1, asked: 2, skipped: 0 },
        { name: "rest", correct: 0, asked: 0, skipped: 1 },
      ],
      total: { correct: 1, asked: 2, skipped: 1 },
    });
  });

  it("looks for answers among the first rows only when restricted", () => {
    const sections = parseAnalogies("man king woman apple\nman king woman woman\n");
    const { total } = evaluateAnalogies(family, sections, { restrict: 3 });
    expect(total).toEqual({ correct: 0, asked: 1, skipped: 1 }); // only the three of the question are left: no answer
  });

  it.each(["3CosAdd", "3CosMul"] as const)(
    "answers by %s as Vectors.analogy does, over more terms than a block",
    (method) => {
      const names = Array.from({ length: 1300 }, (_, i) => `w${i}`);
      const values = names.flatMap((_, i) => [
        Math.sin(i),
        Math.sin(2.3 * i + 1),
        Math.sin(0.7 * i * i),
        Math.cos(i * i),
      ]);
      const vectors = new Vectors({
        terms: names,
        values: Float32Array.from(values),
        vectorSize: 4,
        metadata: new Map(),
      });
      const questions = Array.from({ length: 50 }, (_, q) => {
        const [a, b, c] = [`w${q}`, `w${(q * 37 + 500) % 1300}`, `w${(q * 101 + 900) % 1300}`] as const;
        return [a, b, c, vectors.analogy(a, b, c, { method, topN: 1 })[0]!.term] as const;
      });
      const { total } = evaluateAnalogies(vectors, [{ name: "", questions }], { method });
      expect(total).toEqual({ correct: 50, asked: 50, skipped: 0 });
    },
  );
});

describe("vectors with subwords", () => {
  // 男 is to 王 as 女 is to 后; the table lacks 女 and Prince, of which characters make (-1, 0) and, of six letters, (1, 1) / 6.
  const vectors = characterVectors(
    { 男: [1, 0], 王: [1, 1], 后: [-1, 1], far: [0, -1] },
    { 女: [-1, 0], p: [1, 1], 男: [9, 9] },
  );

  it("correlate the pairs that are known, and those that have vectors, each for itself", () => {
    const pairs = [
      { a: "男", b: "王", score: 8 }, // cosine 1 / sqrt 2
      { a: "男", b: "后", score: 2 }, // - 1 / sqrt 2
      { a: "王", b: "Prince", score: 10 }, // 1
      { a: "男", b: "女", score: 1 }, // -1
      { a: "男", b: "q", score: 9 }, // no vector
    ];
    const { withSubwords, ...known } = evaluateSimilarity(vectors, pairs);
    expect(known).toMatchObject({ pairs: 2, skipped: 3 });
    expect(withSubwords).toMatchObject({ pairs: 4, skipped: 1 });
    const half = Math.SQRT1_2;
    expect(withSubwords!.pearson).toBeCloseTo(pearson([half, -half, 1, -1], [8, 2, 10, 1]), 6);
  });

  it("are asked what is to a word that they make as the others are to each other", () => {
    const sections = parseAnalogies(": royal\n男 王 女 后\n男 王 far 后\n男 王 后 女\n男 王 q 后\n");
    const { withSubwords, total } = evaluateAnalogies(vectors, sections);
    // unit vectors: 王 - 男 + 女 = (0.71 - 1 - 1, 0.71), nearest to 后, which is right. With far: (-0.29, -0.29), whose nearest is 后, since the
    // rest is asked: right. The third has an answer that is not in the table, and of q there is no vector.
    expect(total).toEqual({ correct: 1, asked: 1, skipped: 3 });
    expect(withSubwords!.total).toEqual({ correct: 2, asked: 2, skipped: 2 });
    expect(withSubwords!.sections).toEqual([{ name: "royal", correct: 2, asked: 2, skipped: 2 }]);
  });

  it("make nothing of a word of the table that lies beyond the rows that are looked at", () => {
    const sections = parseAnalogies(": royal\n男 王 Far 后\n男 王 女 后\n");
    const { withSubwords } = evaluateAnalogies(vectors, sections, { restrict: 3 });
    expect(withSubwords!.total).toEqual({ correct: 1, asked: 1, skipped: 1 });
  });

  it("answer made questions as Vectors does", () => {
    const words = Array.from({ length: 30 }, (_, k) => `w${k}`);
    const row = (k: number) => [Math.sin(k), Math.cos(3 * k), Math.sin(7 * k + 1)];
    const many = characterVectors(Object.fromEntries(words.map((word, k) => [word, row(k)])), {
      甲: row(50),
      乙: row(51),
    });
    const questions = words
      .slice(3)
      .flatMap((word, k) => [["甲", words[k]!, word, "w0"] as const, [words[k]!, "乙", "甲", word] as const]);
    const { withSubwords } = evaluateAnalogies(many, [{ name: "all", questions }]);
    const correct = questions.filter(([a, b, c, d]) => many.analogy(a, b, c, { topN: 1 })[0]!.term === d).length;
    expect(withSubwords!.total).toEqual({ correct, asked: questions.length, skipped: 0 });
  });

  it("have no second score without subwords", () => {
    const without = table({ a: [1, 0], b: [0, 1] });
    expect(evaluateSimilarity(without, [])).not.toHaveProperty("withSubwords");
    expect(evaluateAnalogies(without, [])).not.toHaveProperty("withSubwords");
  });
});
