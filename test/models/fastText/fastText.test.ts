import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { characterBuckets, drawBelow, randomStream, type Vectors } from "#kernels";
import { type FastTextOptions, fastText } from "#models";
import { type ContextOptions, contextBatches, vocabularyOf } from "../../support/contextBatches.js";
import { copyState } from "../../support/copyState.js";
import { seeds, shortOrLong } from "../../support/shortOrLong.js";

type Sentences = readonly (readonly string[])[];

const variants = [
  { architecture: "skipGram", loss: "negativeSampling" },
  { architecture: "skipGram", loss: "hierarchicalSoftmax" },
  { architecture: "cbow", loss: "negativeSampling" },
  { architecture: "cbow", loss: "hierarchicalSoftmax" },
] as const satisfies FastTextOptions[];

/** Words that share a stem, in sentences about one stem each. */
const families = [
  ["riverbank", "riverside", "riverboat", "rivers", "river"],
  ["kingdom", "kingship", "kingly", "kings", "king"],
  ["breadcrumb", "breadbox", "breads", "breaded", "bread"],
];
const chineseFamilies = [
  ["火车", "火车站", "火车票", "火车头", "小火车"],
  ["电影", "电影院", "电影票", "电影节", "老电影"],
  ["苹果", "苹果树", "苹果汁", "苹果派", "红苹果"],
];

function sentencesOf(topics: Sentences, sentences: number): string[][] {
  const stream = randomStream(11, "topics");
  return Array.from({ length: sentences }, (_, s) => {
    const topic = topics[s % topics.length]!;
    return Array.from({ length: 8 }, (_, i) => topic[drawBelow(stream, 8 * s + i, topic.length)]!);
  });
}

const small = { vectorSize: 10, buckets: 1000, workers: 1 } as const;

async function train(options: FastTextOptions, sentences: Sentences, contexts: ContextOptions = {}) {
  const vocabulary = vocabularyOf(sentences);
  const model = fastText({ ...small, kernel: "reference", ...options });
  for (let epoch = 0; epoch < model.epochs; epoch++)
    for (const batch of contextBatches(vocabulary, sentences, { windowSize: 3, ...contexts, epoch }))
      await model.update(batch);
  const vectors = await model.result();
  await model.close();
  return vectors;
}

it("has as a term's vector the mean of its own row and those of its subwords, which unseen terms share", async () => {
  const options = { minSubword: 3, maxSubword: 3, epochs: 1 };
  const vectors = await train(options, sentencesOf(families, 6));
  const form = { units: "characters", minLength: 3, maxLength: 3, buckets: 1000 } as const;
  expect(vectors.subwords!.form).toEqual(form);
  // <ri riv ive ver er> are the subwords of river, and the only ones of <river> that rivet shares are <ri riv ive
  const row = (bucket: number) => {
    const at = vectors.subwords!.buckets.indexOf(bucket);
    return at < 0 ? new Float32Array(10) : vectors.subwords!.values.subarray(10 * at, 10 * at + 10);
  };
  const rows = characterBuckets("rivet", form).map(row);
  expect(rows).toHaveLength(5);
  const mean = Float32Array.from({ length: 10 }, (_, d) => rows.reduce((sum, each) => sum + each[d]!, 0) / 5);
  vectors.vectorOf("rivet").forEach((value, d) => {
    expect(value).toBeCloseTo(mean[d]!, 6);
  });
  expect(vectors.has("rivet")).toBe(true);
  expect(() => vectors.vectorOf("zzz")).toThrow('Vectors: unknown term "zzz"');
});

it("makes vectors of strokes, so that words of characters that were never seen have one", async () => {
  const sentences = sentencesOf(chineseFamilies, 12);
  const vectors = await train({ subwordUnits: "strokes", epochs: 1, buckets: 100_000 }, sentences);
  expect(vectors.subwords!.form).toEqual({ units: "strokes", minLength: 6, maxLength: 12, buckets: 100_000 });
  expect(JSON.parse(vectors.metadata.get("options")!)).toMatchObject({
    subwordUnits: "strokes",
    minSubword: 6,
    maxSubword: 12,
  });
  // 棵 is 木 and 果, of whose eight strokes there are n-grams; 一 is too short for any
  expect(vectors.idOf("棵")).toBeUndefined();
  expect(vectors.has("棵")).toBe(true);
  expect(vectors.has("一")).toBe(false);
  const compiled = await train({ subwordUnits: "strokes", epochs: 1, buckets: 100_000, kernel: "plain" }, sentences);
  compiled.values.forEach((value, i) => {
    expect(value).toBeCloseTo(vectors.values[i]!, 5);
  });
});

it("begins each row with draws by its bucket, whatever other terms there are", async () => {
  const options = { minSubword: 3, maxSubword: 3, epochs: 1, learningRate: 1e-12 };
  const few = await train(options, [["river", "rivers"]]);
  const many = await train(options, [["aardvark", "river", "rivers", "zebra"]]);
  const rowOf = ({ subwords }: Vectors, bucket: number) => {
    const at = subwords!.buckets.indexOf(bucket);
    return [...subwords!.values.subarray(10 * at, 10 * at + 10)];
  };
  const [bucket] = characterBuckets("river", few.subwords!.form);
  expect(rowOf(few, bucket!)).toEqual(rowOf(many, bucket!));
  expect(Math.max(...rowOf(few, bucket!).map(Math.abs))).toBeLessThanOrEqual(0.1); // uniform in -1 / D .. 1 / D
});

describe.each(variants)("$architecture with $loss", (variant) => {
  it("gives the same bytes for any cutting into batches", async () => {
    const sentences = sentencesOf(families, 12);
    const options = { ...variant, epochs: 2 };
    const whole = await train(options, sentences);
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 4 }), async (sizes) => {
        const cut = await train(options, sentences, { sizes });
        expect(cut.values).toEqual(whole.values);
        expect(cut.subwords).toEqual(whole.subwords);
      }),
      { numRuns: shortOrLong(4, 8), seed: 5 },
    );
  });

  it("is computed by compiled kernels as by the reference, up to rounding", async () => {
    const sentences = sentencesOf(families, 30);
    const reference = await train({ ...variant, epochs: 2 }, sentences);
    const compiled = await train({ ...variant, epochs: 2, kernel: "plain" }, sentences);
    compiled.values.forEach((value, i) => {
      expect(value).toBeCloseTo(reference.values[i]!, 5);
    });
  });

  it("gives the same bytes on one thread and on several", async () => {
    const sentences = sentencesOf(families, 20);
    const options = { ...variant, epochs: 1, kernel: "plain", vectorSize: 200 } as const; // four slices
    const [one, ...others] = await Promise.all(
      shortOrLong([1, 3], [1, 2, 4]).map((workers) => train({ ...options, workers }, sentences, { sizes: [50] })),
    );
    for (const more of others) {
      expect(more.values).toEqual(one!.values);
      expect(more.subwords).toEqual(one!.subwords);
    }
  });

  it.each(["reference", "plain"] as const)(
    "goes on from a saved state as if it had not stopped (%s)",
    async (kernel) => {
      const sentences = sentencesOf(families, 20);
      const vocabulary = vocabularyOf(sentences);
      const batches = [0, 1].flatMap((epoch) =>
        contextBatches(vocabulary, sentences, { windowSize: 3, sizes: [37], epoch }),
      );
      const options = { ...small, ...variant, kernel, epochs: 2 };
      const whole = fastText(options);
      for (const batch of batches) await whole.update(batch);
      const expected = await whole.result();
      for (const stop of shortOrLong([5], [1, 5, 7])) {
        const first = fastText(options);
        for (const batch of batches.slice(0, stop)) await first.update(batch);
        const state = copyState((await first.save!())!);
        const second = fastText(options);
        await second.restore!(state, { vocabulary });
        for (const batch of batches.slice(stop)) await second.update(batch);
        const found = await second.result();
        expect(found.values).toEqual(expected.values);
        expect(found.subwords).toEqual(expected.subwords);
        await Promise.all([first.close(), second.close()]);
      }
      await whole.close();
    },
  );
});

describe.each([
  { language: "English", topics: families, unseen: "riverman", near: families[0]!, subwords: {} },
  {
    language: "Chinese",
    topics: chineseFamilies,
    unseen: "火车厢",
    near: chineseFamilies[0]!,
    subwords: { minSubword: 1, maxSubword: 3 },
  },
])("in $language", ({ topics, unseen, near, subwords }) => {
  it.each(variants)("learns planted families at every seed: $architecture, $loss", async (variant) => {
    for (const seed of seeds) {
      const vectors = await train(
        { ...variant, ...subwords, epochs: 10, learningRate: 0.1, seed, kernel: "plain" },
        sentencesOf(topics, 60),
      );
      for (const family of topics) {
        const nearest = vectors.mostSimilar(family[0]!, { topN: 4 }).map(({ term }) => term);
        expect(nearest.toSorted()).toEqual(family.slice(1).toSorted());
      }
      expect(near).toContain(vectors.mostSimilar(unseen, { topN: 1 })[0]!.term);
    }
  });
});

it("goes on from vectors with their subwords, and begins with them exactly", async () => {
  const sentences = sentencesOf(families, 12);
  const old = await train({ epochs: 1 }, sentences);
  const next = await train({ epochs: 1, initialVectors: old, learningRate: 1e-12 }, sentences);
  next.values.forEach((value, i) => {
    expect(value).toBeCloseTo(old.values[i]!, 5);
  });
  expect(next.metadata.get("initialTerms")).toBe("15 of 15");
  expect(() => fastText({ ...small, maxSubword: 4, initialVectors: old })).toThrow(
    "fastText: initialVectors must have subwords of the same form, got maxLength 6 for 4",
  );
});

it("makes plain vectors where there are no subwords", async () => {
  const vectors = await train({ maxSubword: 0, epochs: 1 }, sentencesOf(families, 6));
  expect(vectors.subwords).toBeUndefined();
  expect(() => vectors.vectorOf("rivet")).toThrow('Vectors: unknown term "rivet"');
});

it.each([
  [{ minSubword: 5, maxSubword: 4 }, "fastText: minSubword must be at most maxSubword, got 5 and 4"],
  [{ online: true, epochs: 2 }, "fastText: epochs must be 1 with online, got 2"],
  [
    { online: true, loss: "hierarchicalSoftmax" },
    "fastText: loss must be negativeSampling with online, got hierarchicalSoftmax",
  ],
  [{ buckets: 0 }, "fastText: buckets must be an integer from 1 to 2147483647, got 0"],
] as const)("refuses %j", (options, message) => {
  expect(() => fastText(options)).toThrow(message);
});

it("names the epoch in which a learning rate blew up", async () => {
  await expect(train({ learningRate: 1e30, kernel: "plain", epochs: 3 }, sentencesOf(families, 30))).rejects.toThrow(
    /^fastText: the loss must stay finite, got (NaN|Infinity) in epoch [1-3]; lower learningRate$/,
  );
});

it("says that weights do not fit before it takes memory", async () => {
  const sentences = [["a", "b"]];
  const model = fastText({ vectorSize: 4096, buckets: 2_000_000, online: true, workers: 1 });
  await expect(model.update(contextBatches(vocabularyOf(sentences), sentences)[0]!)).rejects.toThrow(
    "fastText: weights must fit into 3.9 GiB, got 2000004 rows x 4096 = 30.5 GiB",
  );
});

describe("score", () => {
  const sentences = sentencesOf(families, 30);
  const vocabulary = vocabularyOf(sentences);
  const [batch] = contextBatches(vocabulary, sentences, { windowSize: 3 });

  it.each(variants)("tells what a step would lose, and changes nothing: $architecture, $loss", async (variant) => {
    // Without a group of others before it, a first step scores from the same weights.
    const one = contextBatches(vocabulary, sentences, { windowSize: 3, sizes: [1] })[0]!;
    for (const kernel of ["reference", "plain"] as const) {
      const model = fastText({ ...small, ...variant, kernel, epochs: 1, learningRate: 1e-12 });
      const { examples } = await model.update(batch!);
      const weights = (await model.snapshot!())!.values;
      const scored = await model.score!(batch!);
      expect(scored).toMatchObject({ taken: 240, examples, epoch: 0 });
      expect((await model.snapshot!())!.values).toEqual(weights);
      // All scores are zero before anything is learned: ln 2 for each output, as often as it counts.
      const first = await model.score!(one);
      expect(first.loss / Math.LN2).toBeCloseTo(Math.round(first.loss / Math.LN2), 4);
      await model.close();
    }
  });

  it("falls while the model learns", async () => {
    const model = fastText({ ...small, kernel: "plain", epochs: 2, learningRate: 0.1 });
    await model.update(batch!);
    const { loss } = await model.score!(batch!);
    await model.update({ ...batch!, epoch: 1 });
    expect((await model.score!(batch!)).loss).toBeLessThan(loss);
    await model.close();
  });

  it("is told before the result, which holds what the weights were", async () => {
    const model = fastText({ ...small, kernel: "reference", epochs: 1 });
    await model.update(batch!);
    const result = await model.result();
    expect(await model.result()).toBe(result);
    expect(await model.snapshot!()).toBe(result);
    expect(model.save!()).toBeUndefined();
    expect(() => model.score!(batch!)).toThrow(
      "fastText: windows must be scored before the result is taken, got some after it",
    );
    await model.close();
  });

  it("wants windows in the vocabulary that was learned from", async () => {
    const model = fastText({ ...small, kernel: "reference" });
    expect(() => model.score!(batch!)).toThrow(
      "fastText: must have learned from windows before it scores some, got none",
    );
    await model.update(batch!);
    expect(() => model.score!({ ...batch!, vocabulary: vocabularyOf(sentences) })).toThrow(
      "fastText: windows to be scored must have the vocabulary that was learned from, one that stays the same",
    );
  });
});

describe("what cannot be learned from", () => {
  const updated = (sentences: Sentences, options: FastTextOptions = {}, contexts: ContextOptions = {}) =>
    train({ epochs: 1, ...options }, sentences, contexts);
  const empty = { ...contextBatches(vocabularyOf([["a"]]), [["a"]])[0]!, vocabulary: vocabularyOf([]) };

  it.each([
    ["no batch", [], {}, "fastText: there must be windows to learn from before a result, got none"],
    [
      "one term in a tree",
      [["a", "a"]],
      { loss: "hierarchicalSoftmax" },
      "fastText: the vocabulary must have 2 terms or more for hierarchicalSoftmax, got 1",
    ],
  ] as const)("is refused: %s", async (_, sentences, options, message) => {
    await expect(updated(sentences, options)).rejects.toThrow(message);
  });

  it("is refused: a vocabulary without terms, and words that stand alone", async () => {
    const model = fastText({ ...small, kernel: "reference" });
    await expect(model.update(empty)).rejects.toThrow("fastText: the vocabulary must have terms, got none");
    await expect(updated([["a"], ["b"]])).rejects.toThrow(/^fastText: /);
  });

  it("is refused: another vocabulary, wider windows, and fewer passes than there are epochs", async () => {
    const sentences = [["a", "b", "c"]];
    const model = fastText({ ...small, kernel: "reference", epochs: 2 });
    const [batch] = contextBatches(vocabularyOf(sentences), sentences);
    await model.update(batch!);
    await expect(model.update({ ...batch!, vocabulary: vocabularyOf(sentences) })).rejects.toThrow(
      "fastText: every batch must have the same vocabulary, got another one",
    );
    await expect(model.update({ ...batch!, windowSize: 3 })).rejects.toThrow(
      "fastText: windowSize must be at most 2, got 3",
    );
    await expect(model.result()).rejects.toThrow(
      "fastText: must be fed as many passes over the text as its epochs, 2, got 1",
    );
    await expect(updated(sentences, {}, { windowSize: 51 })).rejects.toThrow(
      "fastText: windowSize must be at most 50, got 51",
    );
  });

  it("is refused: a state of another arithmetic", async () => {
    const sentences = [["a", "b", "c"]];
    const vocabulary = vocabularyOf(sentences);
    const model = fastText({ ...small, kernel: "reference" });
    await model.update(contextBatches(vocabulary, sentences)[0]!);
    const other = fastText({ ...small, kernel: "plain" });
    const state = (await model.save!())!;
    expect(() => other.restore!(state, { vocabulary })).toThrow(
      "fastText: training must go on with the arithmetic that it began with, double, got plain on this machine",
    );
    await other.close();
  });
});
