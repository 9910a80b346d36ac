import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { drawBelow, Predictor, randomStream, rarityRates, shuffled } from "#kernels";
import { type FastTextClassifierOptions, fastTextClassifier } from "#models";
import type { Classifier, ClassifierLoss, IdBatch, StageState } from "#schemas";
import { copyState } from "../../support/copyState.js";
import { type LabelledText, labelledBatches, labelledVocabulary } from "../../support/labelledBatches.js";
import { seeds, shortOrLong } from "../../support/shortOrLong.js";
import { chinese, english } from "../../support/topics.js";

const losses: readonly ClassifierLoss[] = ["softmax", "hierarchicalSoftmax", "negativeSampling", "oneVsAll"];
const small = { vectorSize: 8, epochs: 3, holdout: 0, workers: 1, kernel: "reference" } as const;

/** Texts of a topic each, whose label is the topic's first word; every fourth has two. */
function topicalTexts(topics: readonly (readonly string[])[], texts: number, seed = 11): LabelledText[] {
  const stream = randomStream(seed, "topics");
  return Array.from({ length: texts }, (_, t) => {
    const own = topics[t % topics.length]!;
    const other = topics[(t + 1) % topics.length]!;
    const two = t % 4 === 3;
    const words = Array.from({ length: 5 }, (_, i) => {
      const from = two && i > 2 ? other : own;
      return from[1 + drawBelow(stream, 5 * t + i, from.length - 1)]!;
    });
    return { words, labels: two ? [own[0]!, other[0]!] : [own[0]!] };
  });
}

async function feed(model: ReturnType<typeof fastTextClassifier>, batches: readonly IdBatch[]): Promise<void> {
  for (const batch of batches) await model.update(batch);
}

function batchesOf(texts: readonly LabelledText[], epochs: number, sizes?: readonly number[]): IdBatch[] {
  const vocabulary = labelledVocabulary(texts);
  return Array.from({ length: epochs }, (_, epoch) =>
    labelledBatches(vocabulary, texts, { epoch, ...(sizes ? { sizes } : {}) }),
  ).flat();
}

async function train(
  texts: readonly LabelledText[],
  options: FastTextClassifierOptions = {},
  sizes?: readonly number[],
): Promise<Classifier> {
  const model = fastTextClassifier({ ...small, ...options });
  await feed(model, batchesOf(texts, model.epochs, sizes));
  const made = await model.result();
  await model.close();
  return made;
}

const values = ({ input, output, buckets, temperature }: Classifier) => ({
  input: "values" in input && [...input.values],
  output: "values" in output && [...output.values],
  buckets: [...buckets],
  temperature,
});

it("takes the step of the equation", async () => {
  const texts: LabelledText[] = [
    { words: ["a", "b"], labels: ["x"] },
    { words: ["b"], labels: ["y"] },
  ];
  const options = {
    vectorSize: 1,
    epochs: 1,
    learningRate: 0.5,
    wordNgrams: 1,
    featureRates: "even",
    seed: 3,
  } as const;
  const begun = fastTextClassifier({ ...small, ...options });
  const [batch] = batchesOf(texts, 1);
  const stats = await begun.update(batch!); // the last text may go on, and is not learned from yet
  expect(stats.taken).toBe(3);
  expect(stats.loss).toBeCloseTo(Math.LN2, 6); // output rows of 0: p = 1/2 each
  const start = (begun.snapshot!() as Classifier).input as { values: Float32Array };
  const [b, a] = start.values as unknown as [number, number]; // b is more frequent; output rows of 0 have moved neither
  const made = await begun.result();
  // The first text has h = (a + b) / 2 and a rate of 0.5: the output row of x becomes u = 0.5 (1 - 1/2) h, that of y -u. The second, after
  // 2 of 3 words, has h = b and a rate of 0.5 (1 - 2/3) = 1/6; with p the probability of x, x moves by -p b / 6 and y by p b / 6.
  const u = (0.25 * (a + b)) / 2;
  const p = 1 / (1 + Math.exp(-2 * u * b));
  const [first, second] = (made.output as { values: Float32Array }).values as unknown as [number, number];
  expect(first).toBeCloseTo(u - (p * b) / 6, 6);
  expect(second).toBeCloseTo(-u + (p * b) / 6, 6);
  // b moves by the output rows as they were before: (-p u + p (-u)) / 6.
  const moved = (made.input as { values: Float32Array }).values;
  expect(moved[1]).toBeCloseTo(a, 6);
  expect(moved[0]).toBeCloseTo(b - (p * u) / 3, 6);
});

describe.each(losses)("with %s", (loss) => {
  const options = { loss, wordNgrams: 2, minSubword: 2, maxSubword: 3, buckets: 500, holdout: 0.2 } as const;
  const texts = topicalTexts(english, 24);

  it("gives the same bytes however the texts are cut", async () => {
    const whole = values(await train(texts, options));
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 4 }), async (sizes) => {
        expect(values(await train(texts, options, sizes))).toEqual(whole);
      }),
      { numRuns: shortOrLong(3, 5) },
    );
  });

  it("gives the same bytes at any number of workers, close to those of the reference", async () => {
    const compiled = { ...options, vectorSize: 40, kernel: "plain" } as const;
    const [one, ...others] = await Promise.all(
      shortOrLong([1, 3], [1, 2, 4]).map(async (workers) => values(await train(texts, { ...compiled, workers }))),
    );
    for (const more of others) expect(more).toEqual(one);
    const reference = values(await train(texts, { ...compiled, kernel: "reference" }));
    expect(one!.buckets).toEqual(reference.buckets);
    for (const part of ["input", "output"] as const)
      (one![part] as number[]).forEach((value, i) => {
        expect(Math.abs(value - (reference[part] as number[])[i]!)).toBeLessThan(1e-4);
      });
  });

  it("goes on from where it was saved, to the same bytes", async () => {
    const batches = batchesOf(texts, small.epochs, [17]);
    const whole = values(await train(texts, options, [17]));
    for (const kernel of ["reference", "plain"] as const) {
      const made = kernel === "reference" ? whole : values(await train(texts, { ...options, kernel }, [17]));
      for (const at of shortOrLong([5], [1, 5, batches.length - 1])) {
        const first = fastTextClassifier({ ...small, ...options, kernel });
        await feed(first, batches.slice(0, at));
        const state: StageState = copyState((await first.save!())!);
        await first.close();
        const second = fastTextClassifier({ ...small, ...options, kernel });
        await second.restore!(state, { vocabulary: batches[0]!.vocabulary });
        await feed(second, batches.slice(at));
        expect(values(await second.result())).toEqual(made);
        await second.close();
      }
    }
  });

  it("learns planted topics at every seed, in English and Chinese", async () => {
    for (const seed of seeds)
      for (const topics of [english, chinese]) {
        const learned = topicalTexts(topics, 120, seed);
        const made = await train(learned, { loss, seed, epochs: 10, learningRate: 0.5, workers: 1 });
        const predictor = new Predictor(made);
        for (const topic of topics) expect(predictor.predict(topic.slice(1))[0]!.label).toBe(topic[0]);
      }
  });
});

it("takes texts as they come in the first pass, and in an order drawn anew in each pass behind it", async () => {
  const texts = topicalTexts(english, 20).map(({ words, labels }) => ({ words, labels: [labels[0]!] }));
  const inOrder = (epoch: number) => [...shuffled(20, randomStream(7, "order", epoch))].map((place) => texts[place]!);
  const options = { seed: 7, schedule: "constant", featureRates: "even" } as const;
  const passes = await train(texts, { ...options, epochs: 3 });
  const one = await train([...texts, ...inOrder(1), ...inOrder(2)], { ...options, epochs: 1 });
  expect(values(passes)).toEqual(values(one));
});

it("lets rare words learn faster, by the rates of rarity", async () => {
  const texts = topicalTexts(english, 24);
  const moved = async (featureRates: "rarity" | "even") => {
    const options = { featureRates, wordNgrams: 1, epochs: 1, vectorSize: 4, seed: 5 } as const;
    const rows = async (learningRate: number) =>
      (await train(texts, { ...options, learningRate })).input as { readonly values: Float32Array };
    const [from, to] = await Promise.all([rows(1e-9), rows(0.04)]);
    return to.values.map((value, i) => value - from.values[i]!);
  };
  const [even, rare] = await Promise.all([moved("even"), moved("rarity")]);
  const { counts, labels } = labelledVocabulary(texts);
  const { rows } = rarityRates(counts, rare.length / 4, 30, labels!.names.length); // a text with two labels counts twice
  // Output rows begin at 0 and grow slowly, so the first passes differ by the rates alone but for what is of the second order.
  rare.forEach((change, i) => {
    expect(change).toBeCloseTo(rows[Math.floor(i / 4)]! * even[i]!, 5);
  });
});

it("also learns with workers that write at the same time", async () => {
  const options = { kernel: "auto", deterministic: false, workers: 2, epochs: 10 } as const;
  const predictor = new Predictor(await train(topicalTexts(english, 120), options));
  for (const topic of english) expect(predictor.predict(topic.slice(1))[0]!.label).toBe(topic[0]);
});

it("counts labels that are rare as much as frequent ones where classWeights are balanced", async () => {
  const rare = ["few", "many"].flatMap((label): LabelledText[] =>
    Array.from({ length: label === "few" ? 2 : 18 }, () => ({ words: ["word"], labels: [label] })),
  );
  const options = { epochs: 20, learningRate: 0.2, wordNgrams: 1 } as const;
  const shareOf = async (classWeights: "none" | "balanced") => {
    const made = await train(rare, { ...options, classWeights });
    return new Predictor(made).probabilities(["word"])![made.labels.indexOf("few")]!;
  };
  expect(await shareOf("none")).toBeLessThan(0.25); // 2 of 20
  expect(Math.abs((await shareOf("balanced")) - 0.5)).toBeLessThan(0.1);
});

it("does not learn from a document whose weight is 0", async () => {
  const texts = topicalTexts(english, 12);
  const none = texts.map((text, i) => ({ ...text, weight: i < 3 ? 1 : 0 }));
  const wrong = none.map((text, i) => (i < 3 ? text : { ...text, labels: [english[0]![0]!] }));
  const vocabulary = labelledVocabulary(texts);
  const outputs = await Promise.all(
    [none, wrong].map(async (each) => {
      const model = fastTextClassifier({ ...small, epochs: 1 });
      await feed(model, labelledBatches(vocabulary, each));
      return values(await model.result()).output;
    }),
  );
  expect(outputs[1]).toEqual(outputs[0]);
});

it("has the row of </s> as a feature of every text where it is wanted", async () => {
  const made = await train(topicalTexts(english, 12), { sentenceEnd: true });
  expect(made).toMatchObject({ sentenceEnd: true });
  expect(made.terms).toContain("</s>");
  expect(new Predictor(made).predict([])).toHaveLength(1);
});

it("learns nothing from the texts that it keeps aside", async () => {
  const texts = topicalTexts(english, 200);
  const made = await train(texts, { holdout: 0.2, epochs: 10, learningRate: 0.5 });
  const { held } = JSON.parse(made.metadata.get("documents")!);
  expect(Math.abs(held - 40)).toBeLessThan(25);
  expect(made.temperature).not.toBe(1);
  const model = fastTextClassifier({ ...small, holdout: 0.2 });
  const [batch] = batchesOf(texts, 1);
  await model.update(batch!);
  const [second] = labelledBatches(batch!.vocabulary, texts, { epoch: 1 });
  expect((await model.update(second!)).examples).toBe(200 - held);
  await model.close();
});

it("says how many texts had no labels or no words", async () => {
  const texts = [...topicalTexts(english, 6), { words: ["river"], labels: [] }, { words: [], labels: ["bread"] }];
  const made = await train(texts);
  expect(JSON.parse(made.metadata.get("documents")!)).toEqual({
    ...{ held: 0, withoutLabels: 1, withoutWords: 1, withoutKeptLabels: 0, featuresCut: 0 },
    ...{ belowMinLabelCount: 0, beyondMaxLabels: 0 },
  });
});

it("refuses texts with fewer than two labels, and labels that were not counted", async () => {
  const one: LabelledText[] = [{ words: ["a"], labels: ["x"] }];
  await expect(train(one)).rejects.toThrow(
    'fastTextClassifier: texts must have two labels or more, got "x" alone; the source\'s option labels, or its format labelled, says where they are',
  );
  await expect(train([{ words: ["a"], labels: [] }])).rejects.toThrow("must have two labels or more, got none");
  const texts = topicalTexts(english, 6);
  const vocabulary = labelledVocabulary(texts);
  const model = fastTextClassifier(small);
  const unknown = [...texts, { words: ["water"], labels: ["sea"] }, { words: ["water"], labels: ["sea"] }];
  await expect(feed(model, labelledBatches(vocabulary, unknown))).rejects.toThrow(
    'fastTextClassifier: labels must be those that the vocabulary was counted with, got "sea" in document 6',
  );
});

it("names the epoch when a learning rate blows up", async () => {
  for (const kernel of ["reference", "plain"] as const)
    await expect(train(topicalTexts(english, 60), { kernel, learningRate: 1e30, epochs: 3 }, [50])).rejects.toThrow(
      /^fastTextClassifier: the loss must stay finite, got (NaN|Infinity|-Infinity) in epoch [1-3]; lower learningRate$/,
    );
});

it("refuses a result of nothing, of too few passes, and another vocabulary", async () => {
  await expect(fastTextClassifier(small).result()).rejects.toThrow(
    "must be texts to learn from before a result, got none",
  );
  const texts = topicalTexts(english, 12);
  const model = fastTextClassifier(small);
  await feed(model, batchesOf(texts, 1));
  await expect(model.result()).rejects.toThrow(
    "fastTextClassifier: must be fed as many passes over the texts as its epochs, 3, got 1",
  );
  await expect(feed(model, batchesOf(texts, 1))).rejects.toThrow(
    "every batch must have the same vocabulary, got another one",
  );
  expect(() => fastTextClassifier({ buckets: 2 ** 31 - 1, vectorSize: 1000 })).not.toThrow();
});

it("goes on only with the arithmetic that it began with", async () => {
  const batches = batchesOf(topicalTexts(english, 12), 1);
  const model = fastTextClassifier(small);
  await feed(model, batches);
  const other = fastTextClassifier({ ...small, kernel: "plain" });
  const state = (await model.save!())!;
  expect(() => other.restore!(state, { vocabulary: batches[0]!.vocabulary })).toThrow(
    "fastTextClassifier: training must go on with the arithmetic that it began with, double, got plain on this machine",
  );
  await Promise.all([model.close(), other.close()]);
});
