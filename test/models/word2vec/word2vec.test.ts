import { execFileSync } from "node:child_process";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { drawBelow, makeVocabulary, randomStream, Vectors } from "#kernels";
import { type Word2vecOptions, word2vec } from "#models";
import type { StageState } from "#schemas";
import { type ContextOptions, contextBatches, vocabularyOf } from "../../support/contextBatches.js";
import { copyState } from "../../support/copyState.js";
import { seeds, shortOrLong } from "../../support/shortOrLong.js";
import { chinese, english } from "../../support/topics.js";

type Sentences = readonly (readonly string[])[];

const variants = [
  { architecture: "skipGram", loss: "negativeSampling" },
  { architecture: "skipGram", loss: "hierarchicalSoftmax" },
  { architecture: "cbow", loss: "negativeSampling" },
  { architecture: "cbow", loss: "hierarchicalSoftmax" },
] as const satisfies Word2vecOptions[];

/** Sentences about one topic each. */
function topicalSentences(topics: Sentences, sentences: number): string[][] {
  const stream = randomStream(11, "topics");
  return Array.from({ length: sentences }, (_, s) => {
    const topic = topics[s % topics.length]!;
    return Array.from({ length: 8 }, (_, i) => topic[drawBelow(stream, 8 * s + i, topic.length)]!);
  });
}

async function train(options: Word2vecOptions, sentences: Sentences, contexts: ContextOptions = {}) {
  const vocabulary = vocabularyOf(sentences);
  const model = word2vec({ vectorSize: 10, learningRate: 0.05, kernel: "reference", ...options });
  const losses: number[] = [];
  for (let epoch = 0; epoch < model.epochs; epoch++) {
    let loss = 0;
    let examples = 0;
    for (const batch of contextBatches(vocabulary, sentences, { windowSize: 3, ...contexts, epoch })) {
      const stats = await model.update(batch);
      loss += stats.loss;
      examples += stats.examples;
    }
    losses.push(loss / examples);
  }
  const vectors = await model.result();
  await model.close();
  return { vectors, losses };
}

/** All batches of some epochs, of a size that is no multiple of a group. */
function allBatches(sentences: Sentences, epochs: number) {
  const vocabulary = vocabularyOf(sentences);
  const contexts = { windowSize: 3, sizes: [102] };
  const batches = Array.from({ length: epochs }, (_, epoch) => [
    ...contextBatches(vocabulary, sentences, { ...contexts, epoch }),
  ]);
  return { vocabulary, batches: batches.flat() };
}

it("refuses windows for which its threads have no room", () => {
  const [batch] = contextBatches(vocabularyOf([["a", "猫"]]), [["a", "猫"]], { windowSize: 51 });
  expect(() => word2vec({ kernel: "reference" }).update(batch!)).toThrow(
    "word2vec: windowSize must be at most 50, got 51",
  );
});

it("goes on only with the arithmetic that it began with", async () => {
  const { vocabulary, batches } = allBatches(topicalSentences(chinese, 4), 1);
  const options = { vectorSize: 4, workers: 1 };
  const model = word2vec({ ...options, kernel: "reference" });
  await model.update(batches[0]!);
  const other = word2vec({ ...options, kernel: "plain" });
  const state = (await model.save!())!;
  expect(() => other.restore!(state, { vocabulary })).toThrow(
    "word2vec: training must go on with the arithmetic that it began with, double, got plain on this machine",
  );
  await Promise.all([model.close(), other.close()]);
});

it.each([
  { architecture: "skipGram", loss: "negativeSampling", learningRate: 0.025, minLearningRate: 0.00125 }, // / (2 x 10)
  { architecture: "skipGram", loss: "hierarchicalSoftmax", learningRate: 0.025, minLearningRate: 0.0005 }, // / (5 x 10)
  { architecture: "cbow", loss: "negativeSampling", learningRate: 0.05, minLearningRate: 0.0025 },
  { architecture: "cbow", loss: "hierarchicalSoftmax", learningRate: 0.05, minLearningRate: 0.001 },
] as const)(
  "takes step sizes from $learningRate to $minLearningRate for $architecture with $loss",
  async (expected) => {
    const { learningRate, minLearningRate, ...variant } = expected;
    const { vectors } = await train({ ...variant, learningRate: undefined, epochs: 10 }, [["a", "b", "猫"]]);
    const options = JSON.parse(vectors.metadata.get("options")!);
    expect(options.learningRate).toBe(learningRate);
    expect(options.minLearningRate).toBeCloseTo(minLearningRate, 12);
  },
);

describe.each(variants)("$architecture with $loss", (variant) => {
  it.each([{ kernel: "reference" }, { kernel: "plain", workers: 1 }, { kernel: "auto", workers: 2 }] as const)(
    "goes on from a saved state to the same bytes, with %j",
    async (engine) => {
      const options = { ...variant, ...engine, vectorSize: 100, epochs: 2, learningRate: 0.05 };
      const { vocabulary, batches } = allBatches(topicalSentences(english, 30), 2);
      const whole = word2vec(options);
      const saved: { readonly after: number; readonly state: StageState }[] = [];
      for (const [k, batch] of batches.entries()) {
        await whole.update(batch);
        const state = await whole.save!();
        if (state) saved.push({ after: k + 1, state: copyState(state) });
      }
      const expected = (await whole.result()).values;
      expect(saved.length).toBe(batches.length); // half of them end within a group of skip-gram's
      for (const { after, state } of saved) {
        if (engine.kernel !== "reference" && !shortOrLong([4], [1, 4, batches.length]).includes(after)) continue; // each one starts threads
        const model = word2vec(options);
        await model.restore!(state, { vocabulary });
        for (const batch of batches.slice(after)) await model.update(batch);
        expect((await model.result()).values).toEqual(expected);
      }
    },
  );

  it.each([
    ["English", english],
    ["Chinese", chinese],
  ])("ranks the words of a planted %s topic first, at every seed", async (_, topics) => {
    const sentences = topicalSentences(topics, 120);
    for (const seed of seeds) {
      const { vectors } = await train({ ...variant, seed, epochs: 5 }, sentences);
      for (const topic of topics) {
        const neighbours = vectors.mostSimilar(topic[0]!, { topN: 4 }).map(({ term }) => term);
        expect(neighbours.sort()).toEqual(topic.slice(1).sort());
      }
    }
  });

  it("learns: the mean loss is lower in each later epoch than in the first", async () => {
    const { losses } = await train({ ...variant, epochs: 3 }, topicalSentences(english, 300));
    expect(losses[1]).toBeLessThan(losses[0]!);
    expect(losses[2]).toBeLessThan(losses[0]!);
  });

  it("gives the same bytes however the text is cut into batches", async () => {
    const sentences = topicalSentences(english, 12);
    const radius = (position: number) => 1 + (position % 3);
    const options = { ...variant, epochs: 2 };
    const whole = await train(options, sentences, { radius });
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1 }), async (sizes) => {
        const cut = await train(options, sentences, { radius, sizes });
        expect(cut.vectors.values).toEqual(whole.vectors.values);
      }),
      { seed: 5, numRuns: shortOrLong(5, 15) },
    );
  });
});

it("starts with a loss of (1 + negative) ln 2 a pair, before anything was learned", async () => {
  const sentences = [["a", "b"], ["c"], ["d"], ["e"]];
  const [batch] = contextBatches(vocabularyOf(sentences), sentences);
  const { examples, loss } = await word2vec({ negative: 3, learningRate: 1e-9, kernel: "reference" }).update(batch!);
  expect(examples).toBe(2); // a with b, b with a
  expect(loss / examples).toBeCloseTo(4 * Math.LN2, 6);
});

it("looks only to the side it is told", async () => {
  const sentences = [["a", "b", "c"]];
  const vocabulary = vocabularyOf(sentences);
  for (const [side, pairs] of [
    ["both", 6],
    ["left", 3],
    ["right", 3],
  ] as const) {
    const [batch] = contextBatches(vocabulary, sentences, { windowSize: 2, side });
    expect((await word2vec({ kernel: "reference" }).update(batch!)).examples).toBe(pairs);
  }
});

it("does not look across the edge of a sentence", async () => {
  const sentences = [["a", "b"], ["c"], ["d", "e"]];
  const [batch] = contextBatches(vocabularyOf(sentences), sentences, { windowSize: 5 });
  expect((await word2vec({ kernel: "reference" }).update(batch!)).examples).toBe(4); // a-b and d-e, both ways; c is alone
});

it("differs between seeds, and repeats for the same one", async () => {
  const sentences = topicalSentences(english, 5);
  const [one, again, two] = await Promise.all([1, 1, 2].map((seed) => train({ seed, epochs: 1 }, sentences)));
  expect(again!.vectors.values).toEqual(one!.vectors.values);
  expect(two!.vectors.values).not.toEqual(one!.vectors.values);
});

describe("compiled kernels", () => {
  const sentences = topicalSentences(english, 120);
  const shapes: Word2vecOptions[] = variants.flatMap((variant) => [
    { ...variant, vectorSize: 100 },
    { ...variant, vectorSize: 37, negative: 12, cbowMean: false },
    { ...variant, vectorSize: 3, negative: 1 },
  ]);

  it.each([...shapes.entries()])("agree with the reference to single precision: %i, %o", async (k, options) => {
    const common = { ...options, epochs: 2 };
    const windows = { windowSize: 7, radius: (position: number) => position % 8, sizes: [333, 6] };
    const reference = await train(common, sentences, windows);
    const kernels: ("auto" | "plain")[] = ["auto", "plain"];
    for (const kernel of shortOrLong([kernels[k % 2]!], kernels)) {
      const compiled = await train({ ...common, kernel }, sentences, windows);
      // about 2,000 updates a row, each rounded to 2^-24 of numbers below 2, and rounding differs in the sums as well
      const error = compiled.vectors.values.map((value, i) => Math.abs(value - reference.vectors.values[i]!));
      expect(Math.max(...error)).toBeLessThan(2e-4);
      compiled.losses.forEach((loss, epoch) => {
        expect(loss / reference.losses[epoch]!).toBeCloseTo(1, 4);
      });
    }
  });

  it.each(variants)("give the same bytes for any number of workers: $architecture with $loss", async (variant) => {
    const options = { ...variant, vectorSize: 200, epochs: 1, kernel: "auto" } as const;
    const one = await train({ ...options, workers: 1 }, sentences);
    for (const workers of shortOrLong([3], [2, 3, 4, 8])) {
      const more = await train({ ...options, workers }, sentences, { sizes: [100, 7] });
      expect(more.vectors.values).toEqual(one.vectors.values);
    }
  });

  it.each(variants)("learn without waiting for each other: $architecture with $loss", async (variant) => {
    const { vectors, losses } = await train(
      { ...variant, workers: 2, deterministic: false, kernel: "auto", epochs: 5 },
      topicalSentences(english, 300),
      { sizes: [50] },
    );
    expect(losses[4]).toBeLessThan(losses[0]!);
    for (const topic of english) {
      const neighbours = vectors.mostSimilar(topic[0]!, { topN: 4 }).map(({ term }) => term);
      expect(neighbours.sort()).toEqual(topic.slice(1).sort());
    }
  });

  it.each(["skipGram", "cbow"] as const)("mix what each learned near the root: %s", async (architecture) => {
    const options = { architecture, loss: "hierarchicalSoftmax", kernel: "auto", epochs: 3 } as const;
    const many = topicalSentences(english, shortOrLong(2000, 4000));
    const windows = { sizes: [4000] }; // copies are mixed every 1,024 centres
    const alone = await train({ ...options, workers: 1 }, many, windows);
    const apart = await train({ ...options, workers: shortOrLong(3, 8), deterministic: false }, many, windows);
    expect(Math.abs(apart.losses[2]! / alone.losses[2]! - 1)).toBeLessThan(0.05);
  });

  it("take a batch of more centres than a slot holds, and windows of 50 on each side", async () => {
    const long = Array.from({ length: 20_000 }, (_, i) => `w${(i * i) % 97}`);
    const options = { vectorSize: 4, epochs: 1, negative: 2 };
    const [reference, compiled] = [
      await train(options, [long], { windowSize: 50, radius: (i) => (i % 1000 === 0 ? 50 : 1) }),
      await train({ ...options, kernel: "plain" }, [long], {
        windowSize: 50,
        radius: (i) => (i % 1000 === 0 ? 50 : 1),
      }),
    ];
    expect(compiled.losses[0]! / reference.losses[0]!).toBeCloseTo(1, 4);
  });

  it("end with their model: a batch under way is refused", async () => {
    const [batch] = contextBatches(vocabularyOf(sentences), sentences);
    const model = word2vec({ workers: 2, kernel: "plain" });
    await model.update(batch!);
    const late = model.update(batch!);
    await Promise.all([expect(late).rejects.toThrow("word2vec: training must not go on after close"), model.close()]);
  });
});

describe("initialVectors", () => {
  const oldSentences = topicalSentences(english, 150);
  const rowOf = ({ values, vectorSize }: Vectors, id: number) =>
    values.subarray(id * vectorSize, (id + 1) * vectorSize);

  it.each(["reference", "plain"] as const)(
    "are the rows that their terms begin with, with the %s kernel",
    async (kernel) => {
      const initialVectors = new Vectors({
        ...{ terms: ["b", "absent", "a"], vectorSize: 2, metadata: new Map() },
        values: Float32Array.of(1, 2, 3, 4, 5, 6),
      });
      const still = { vectorSize: 2, epochs: 1, learningRate: 1e-12, kernel };
      const sentences = [["a", "b", "new", "a"]];
      const [fresh, begun] = [
        (await train(still, sentences)).vectors,
        (await train({ ...still, initialVectors }, sentences)).vectors,
      ];
      expect(begun.terms).toEqual(["a", "b", "new"]);
      expect(rowOf(begun, 0)).toEqual(Float32Array.of(5, 6));
      expect(rowOf(begun, 1)).toEqual(Float32Array.of(1, 2));
      expect(rowOf(begun, 2)).toEqual(rowOf(fresh, 2)); // as drawn
      expect(begun.metadata.get("initialTerms")).toBe("2 of 3");
      expect(begun.metadata.get("options")).toBe(fresh.metadata.get("options"));
    },
  );

  it.each(variants)(
    "leave words that the new text lacks where they were: $architecture with $loss",
    async (variant) => {
      const { vectors: initialVectors } = await train({ ...variant, kernel: "plain" }, oldSentences);
      const text = topicalSentences(english.slice(0, 2), 50);
      const { terms, counts } = vocabularyOf(text);
      const absent = english[2]!;
      const vocabulary = makeVocabulary([...terms, ...absent], Float64Array.of(...counts, ...absent.map(() => 0)));
      const model = word2vec({ ...variant, vectorSize: 10, epochs: 1, initialVectors, kernel: "plain" });
      for (const batch of contextBatches(vocabulary, text, { windowSize: 3 })) await model.update(batch);
      const continued = await model.result();
      for (const term of absent) expect(continued.vectorOf(term)).toEqual(initialVectors.vectorOf(term));
      for (const term of terms) expect(continued.vectorOf(term)).not.toEqual(initialVectors.vectorOf(term));
    },
  );

  it.each([
    ["English", english, "canoe"],
    ["Chinese", chinese, "独木舟"],
  ])(
    "learn a new %s word near its neighbours while old words keep theirs, at every seed",
    async (_, topics, planted) => {
      const continued = { epochs: 3, learningRate: 0.02 };
      for (const seed of seeds) {
        const { vectors: old } = await train({ seed, epochs: 5 }, topicalSentences(topics, 120));
        const text = topicalSentences([[...topics[0]!, planted], ...topics.slice(1)], 150);
        const { vectors } = await train({ ...continued, seed: seed + 10, initialVectors: old }, text);
        const near = (term: string) =>
          vectors.mostSimilar(term, { topN: 4, exclude: [planted] }).map((one) => one.term);
        expect(topics[0]).toEqual(expect.arrayContaining(near(planted)));
        for (const topic of topics) for (const term of topic) expect(topic).toEqual(expect.arrayContaining(near(term)));
      }
    },
  );

  it("go on from a saved state to the same bytes", async () => {
    const { vectors: initialVectors } = await train({ epochs: 2 }, oldSentences);
    const { vocabulary, batches } = allBatches(topicalSentences([...english, ["tea", "cup"]], 60), 2);
    const options = { vectorSize: 10, epochs: 2, kernel: "plain", initialVectors } as const;
    const whole = word2vec(options);
    let state: StageState | undefined;
    for (const [k, batch] of batches.entries()) {
      await whole.update(batch);
      if (k === 2) state = copyState((await whole.save!())!);
    }
    const model = word2vec(options);
    await model.restore!(state!, { vocabulary });
    for (const batch of batches.slice(3)) await model.update(batch);
    expect((await model.result()).values).toEqual((await whole.result()).values);
  });

  it("must be of the model's size, and have terms of the vocabulary", async () => {
    const { vectors: initialVectors } = await train({ epochs: 1 }, topicalSentences(chinese, 60));
    expect(() => word2vec({ vectorSize: 12, initialVectors })).toThrow(
      new RangeError("word2vec: initialVectors must be of vectorSize = 12 numbers a term, got 10"),
    );
    await expect(train({ initialVectors }, oldSentences)).rejects.toThrow(
      new RangeError("word2vec: initialVectors must share terms with the vocabulary, got none of 15 among 15"),
    );
  });
});

it("refuses a loss that is not finite, and names its remedy", async () => {
  const rate = { learningRate: 1e30, vectorSize: 4, epochs: 2 };
  for (const kernel of ["reference", "plain"] as const) {
    const training = train({ ...rate, kernel }, topicalSentences(english, 20), { sizes: [10] });
    await expect(training).rejects.toThrow(
      /^word2vec: the loss must stay finite, got .* in epoch 1; lower learningRate$/,
    );
  }
});

it("says what it cannot do", async () => {
  expect(() => word2vec({ negative: 0 })).toThrow("word2vec: negative must be an integer from 1 to 25, got 0");
  await expect(async () => word2vec().result()).rejects.toThrow(
    "word2vec: there must be windows to learn from before a result, got none",
  );
  const sentences = [["a", "b"]];
  const [batch] = contextBatches(vocabularyOf(sentences), sentences);
  const terms = { length: 2_000_000 } as readonly string[];
  const large = { ...batch!, vocabulary: { ...batch!.vocabulary, terms } };
  await expect(async () => word2vec({ vectorSize: 300 }).update(large)).rejects.toThrow(
    "word2vec: weights must fit into 3.75 GiB, got 2000000 terms x 300 = 4.5 GiB; raise minCount or lower vectorSize",
  );
});

it("lets a process that does nothing else wait until threads that were stopped at work have ended", () => {
  const script = `
    import { run } from "lexstream";
    import { word2vec } from "#models";
    import { fromTexts } from "#sources";
    import { buildVocab, encode, tokenize, windowContexts } from "#operators";
    const tokens = () => fromTexts(["to be or not to be"]).pipe(tokenize());
    const vocabulary = await run(tokens().pipe(buildVocab({ minCount: 1 })));
    const batch = await run(tokens().pipe(encode(vocabulary), windowContexts()));
    const model = word2vec({ vectorSize: 8, workers: 2 });
    const update = model.update(batch).catch(() => console.log("stopped"));
    await model.close();
    await update;
    console.log("closed");`;
  const output = execFileSync(process.execPath, ["--input-type=module", "-e", script], { encoding: "utf8" });
  expect(output).toBe("stopped\nclosed\n");
});

it("gives one result, and learns and scores nothing after it, nor tells a state", async () => {
  const { batches } = allBatches(topicalSentences(english, 20), 1);
  const model = word2vec({ vectorSize: 4, epochs: 1, workers: 1 });
  for (const batch of batches) await model.update(batch);
  const before = (await model.snapshot!())!.values.slice();
  const [result, again] = await Promise.all([model.result(), model.result()]);
  expect(result.values).toEqual(before);
  expect(again).toBe(result);
  expect(() => model.update(batches[0]!)).toThrow(
    "word2vec: windows must be learned before the result is taken, got some after it",
  );
  expect(await model.save!()).toBeUndefined();
  expect(() => model.score!(batches[0]!)).toThrow(
    "word2vec: windows must be scored before the result is taken, got some after it",
  );
});

it("refuses a result before it was fed as many passes as it wants, and after more", async () => {
  const { batches } = allBatches(topicalSentences(english, 20), 2);
  const fed = async (epochs: number) => {
    const model = word2vec({ vectorSize: 4, epochs, kernel: "reference" });
    for (const batch of batches) await model.update(batch);
    return model.result();
  };
  await expect(fed(2)).resolves.toBeDefined();
  for (const epochs of [1, 3])
    await expect(fed(epochs)).rejects.toThrow(
      new RangeError(`word2vec: must be fed as many passes over the text as its epochs, ${epochs}, got 2`),
    );
});

describe("score", () => {
  it("tells ln 2 a pair where nothing is learned yet, with the one node of a tree of two terms", async () => {
    const { batches } = allBatches([["a", "b", "a"]], 1);
    const model = word2vec({ loss: "hierarchicalSoftmax", learningRate: 1e-30, epochs: 1, kernel: "reference" });
    for (const batch of batches) await model.update(batch);
    const { examples, loss } = await model.score!(batches[0]!);
    expect(examples).toBe(6); // each of three words in the window of the two others
    expect(loss / examples).toBeCloseTo(Math.LN2, 6);
  });

  it.each([
    { architecture: "skipGram", loss: "negativeSampling" },
    { architecture: "cbow", loss: "hierarchicalSoftmax" },
  ] as const)("of held-out windows falls by learning, and changes nothing of it: %j", async (variant) => {
    const { batches } = allBatches(topicalSentences(english, 60), 3);
    const learned = async (scores: number[] = []) => {
      const model = word2vec({
        ...variant,
        vectorSize: 12,
        epochs: 3,
        learningRate: 0.05,
        kernel: "plain",
        workers: 1,
      });
      for (const batch of batches) {
        await model.update(batch);
        if (batch.position > 0 || scores.length > 2) continue;
        const { loss, examples } = await model.score!(batches.at(-1)!);
        scores.push(loss / examples);
      }
      return (await model.result()).values;
    };
    const scores: number[] = [];
    expect(await learned(scores)).toEqual(await learned([0, 0, 0]));
    expect(scores).toHaveLength(3);
    expect(scores[2]).toBeLessThan(scores[0]!);
  });
});
