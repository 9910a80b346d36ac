import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { drawBelow, drawUniform, Predictor, randomStream } from "#kernels";
import { type FastTextClassifierOptions, fastTextClassifier } from "#models";
import type { Classifier, ClassifierLoss, IdBatch, StageState } from "#schemas";
import { copyState } from "../../support/copyState.js";
import { type LabelledText, labelledBatches, labelledVocabulary } from "../../support/labelledBatches.js";
import { grownIds } from "../../support/labelledTokens.js";
import { seeds, shortOrLong } from "../../support/shortOrLong.js";
import { sizes } from "../../support/tokens.js";
import { chinese, english } from "../../support/topics.js";

const losses: readonly ClassifierLoss[] = ["softmax", "negativeSampling", "oneVsAll"];
const small = { online: true, vectorSize: 8, holdout: 0, workers: 1, kernel: "reference" } as const;

type Model = ReturnType<typeof fastTextClassifier>;

async function feed(model: Model, batches: readonly IdBatch[]): Promise<void> {
  for (const batch of batches) await model.update(batch);
}

async function learn(batches: readonly IdBatch[], options: FastTextClassifierOptions = {}): Promise<Classifier> {
  const model = fastTextClassifier({ ...small, ...options });
  await feed(model, batches);
  const made = await model.result();
  await model.close();
  return made;
}

const values = ({ input, output, ...rest }: Classifier) => ({
  ...rest,
  metadata: undefined,
  input: "values" in input && input.values,
  output: "values" in output && output.values,
});

const documentsOf = ({ metadata }: Classifier) => JSON.parse(metadata.get("documents")!);

/** Texts of five words about a topic each, whose label is the topic's first word; every fourth has two. */
function textsAbout(topics: readonly (readonly string[])[], count: number, seed = 11): LabelledText[] {
  const stream = randomStream(seed, "topics");
  return Array.from({ length: count }, (_, t) => {
    const [own, other] = [topics[t % topics.length]!, topics[(t + 1) % topics.length]!];
    const two = t % 4 === 3;
    const words = Array.from({ length: 5 }, (_, i) => {
      const from = two && i > 2 ? other : own;
      return from[drawBelow(stream, 5 * t + i, from.length)]!;
    });
    return { words, labels: two ? [own[0]!, other[0]!] : [own[0]!] };
  });
}

/** A stream whose words and labels change, and later words take rows of earlier ones; some texts lack labels or words. */
const changing: LabelledText[] = [
  ...textsAbout(english.slice(0, 2), 30),
  { words: ["river"], labels: [] },
  { words: [], labels: ["bread"] },
  ...textsAbout(english, 30, 12),
  ...textsAbout(chinese, 40, 13),
];
const few = { maxSize: 12, counters: 30, minCount: 1, generationSize: 64, halfLife: 200 };
const grams = { wordNgrams: 2, minSubword: 2, maxSubword: 3, buckets: 500, holdout: 0.2, replay: 3 } as const;

describe.each(losses)("online with %s", (loss) => {
  const options = { ...grams, loss } as const;

  it("learns the same from a whole stream as from any pieces", async () => {
    const batches = await grownIds(changing, few);
    expect(new Set(batches.map(({ vocabulary }) => vocabulary)).size).toBeGreaterThan(5);
    const whole = values(await learn(batches, options));
    expect(whole.labels).toHaveLength(6);
    await fc.assert(
      fc.asyncProperty(sizes, async (cuts) => {
        expect(values(await learn(await grownIds(changing, few, cuts), options))).toEqual(whole);
      }),
      { seed: 4, numRuns: shortOrLong(3, 6) },
    );
  });

  it("gives the same bytes at any number of workers, close to those of the reference", async () => {
    const compiled = { ...options, vectorSize: 200, kernel: "plain" } as const; // four slices
    const batches = await grownIds(changing, few);
    const one = values(await learn(batches, compiled));
    for (const workers of shortOrLong([3], [2, 4]))
      expect(values(await learn(await grownIds(changing, few, [7]), { ...compiled, workers }))).toEqual(one);
    const reference = values(await learn(batches, { ...compiled, kernel: "reference" }));
    expect(one.buckets).toEqual(reference.buckets);
    for (const part of ["input", "output"] as const)
      (one[part] as Float32Array).forEach((value, i) => {
        expect(Math.abs(value - (reference[part] as Float32Array)[i]!)).toBeLessThan(1e-4);
      });
  });

  it.each(["reference", "plain"] as const)("goes on from any saved state to the same bytes (%s)", async (kernel) => {
    const own = { ...small, ...options, kernel };
    const batches = await grownIds(changing, few, [41]);
    const whole = fastTextClassifier(own);
    const saved: StageState[] = [];
    for (const batch of batches) {
      await whole.update(batch);
      saved.push(copyState((await whole.save!())!));
    }
    const expected = await whole.result();
    await whole.close();
    for (const [k, state] of saved.slice(0, -1).entries()) {
      if (k % shortOrLong(9, 3) > 0) continue;
      const model = fastTextClassifier(own);
      await model.restore!(state, { vocabulary: batches[k + 1]!.vocabulary }); // perhaps with terms that are new
      await feed(model, batches.slice(k + 1));
      const found = await model.result();
      await model.close();
      expect(values(found)).toEqual(values(expected));
      expect(documentsOf(found)).toEqual(documentsOf(expected));
    }
  });
});

it("takes the step of the equation, also for a label that is new", async () => {
  const texts = [
    { words: ["a"], labels: ["x"] },
    { words: ["a"], labels: ["y"] },
  ];
  const options = { vectorSize: 1, wordNgrams: 1, featureRates: "even", replay: 0, learningRate: 0.5 } as const;
  const made = await learn(labelledBatches(labelledVocabulary(texts), texts), options);
  // The first text knows one label, which is sure: nothing moves. The second has p = 1/2 for both: u_y = 0.5 (1 - 1/2) a, u_x = -0.5 (1/2) a,
  // and the row a moves by output rows that are 0 still.
  const [a] = (made.input as { values: Float32Array }).values;
  expect(made.labels).toEqual(["x", "y"]);
  expect([...(made.output as { values: Float32Array }).values]).toEqual([-0.25 * a!, 0.25 * a!].map(Math.fround));
});

/** Texts of twelve words, a third of them the label's own and the others of all labels; those of the last labels come in the second half. */
function lateTexts(labels: readonly (readonly string[])[], each: number, seed: number) {
  const stream = randomStream(seed, "late");
  const all = labels.flat();
  const textOf = (label: number, number: number): LabelledText => ({
    labels: [labels[label]![0]!],
    words: Array.from({ length: 12 }, (_, i) => {
      const at = 2 * (12 * number + i);
      const from = drawUniform(stream, at) < 1 / 3 ? labels[label]! : all;
      return from[drawBelow(stream, at + 1, from.length)]!;
    }),
  });
  const early = labels.length / 2;
  const texts = Array.from({ length: each * labels.length }, (_, n) => {
    const isLate = n >= (each * labels.length) / 2;
    return textOf(isLate ? n % labels.length : n % early, n);
  });
  const tested = Array.from({ length: 200 }, (_, n) => textOf(early + (n % early), texts.length + n));
  return { texts, tested };
}

function precision(made: Classifier, tested: readonly LabelledText[]): number {
  const predictor = new Predictor(made);
  return tested.filter(({ words, labels }) => predictor.predict(words)[0]?.label === labels[0]).length / tested.length;
}

it.each([
  ["English", english, "game ball team goal score"],
  ["Chinese", chinese, "比赛 球 队 进球 得分"],
])("learns %s labels that first appear halfway as well as a batch run does, at every seed", async (_, topics, more) => {
  const labels = [...topics, more.split(" ")];
  const options = { vectorSize: 16, learningRate: 0.5, wordNgrams: 1, kernel: "plain", workers: 1 } as const;
  let difference = 0;
  for (const seed of seeds) {
    const { texts, tested } = lateTexts(labels, 100, seed);
    const online = await learn(await grownIds(texts, { minCount: 1, generationSize: 256 }), { ...options, seed });
    const vocabulary = labelledVocabulary(texts);
    const batch = fastTextClassifier({ ...options, holdout: 0, seed });
    for (let epoch = 0; epoch < batch.epochs; epoch++) await feed(batch, labelledBatches(vocabulary, texts, { epoch }));
    const [found, wanted] = [precision(online, tested), precision(await batch.result(), tested)];
    await batch.close();
    expect(wanted).toBeGreaterThan(0.6);
    expect(found).toBeGreaterThan(wanted - 0.1); // three standard errors of 200 texts
    difference += (wanted - found) / seeds.length;
  }
  expect(difference).toBeLessThan(0.02);
});

it("leaves out labels beyond maxLabels and those below minLabelCount, and says how many", async () => {
  const texts = ["x", "y", "x", "z", "y", "x", "y", "z", "z"].map((label) => ({
    words: ["a"],
    labels: [label, label],
  }));
  const single = texts.map(({ words, labels }) => ({ words, labels: labels.slice(1) }));
  const batches = labelledBatches(labelledVocabulary(single), single);
  const two = await learn(batches, { maxLabels: 2 });
  expect([two.labels, [...two.labelCounts]]).toEqual([
    ["x", "y"],
    [3, 3],
  ]);
  expect(documentsOf(two)).toMatchObject({ texts: 6, beyondMaxLabels: 3, belowMinLabelCount: 0, withoutKeptLabels: 3 });
  // x has a row from its third text on, the sixth of all, y from the seventh, z from the ninth.
  const rare = await learn(batches, { minLabelCount: 3 });
  expect([...rare.labelCounts]).toEqual([3, 3, 3]);
  expect(documentsOf(rare)).toMatchObject({ texts: 3, belowMinLabelCount: 6, withoutKeptLabels: 6 });
  // With room for two, z is no longer counted once they have their rows.
  const both = await learn(batches, { minLabelCount: 3, maxLabels: 2 });
  expect(documentsOf(both)).toMatchObject({ texts: 2, belowMinLabelCount: 5, beyondMaxLabels: 2 });
});

it("counts texts without labels or words, and learns of one label alone until there are more", async () => {
  const texts = [
    { words: ["a"], labels: [] },
    { words: [], labels: ["x"] },
    { words: ["a"], labels: ["x"] },
    { words: ["a", "b"], labels: [] },
    { words: ["b"], labels: ["x"] },
  ];
  const batches = labelledBatches(labelledVocabulary(texts), texts);
  const model = fastTextClassifier(small);
  await model.update(labelledBatches(labelledVocabulary(texts), texts.slice(0, 2))[0]!);
  expect(model.snapshot!()).toBeUndefined(); // there is no label yet
  await model.close();
  const made = await learn(batches);
  expect(made.labels).toEqual(["x"]);
  expect(new Predictor(made).predict(["a"])).toEqual([{ label: "x", probability: 1 }]);
  expect(documentsOf(made)).toMatchObject({ texts: 2, withoutLabels: 2, withoutWords: 1 });
  await expect(learn(batches.map((batch) => ({ ...batch, documents: {} })))).rejects.toThrow(
    "fastTextClassifier: there must be texts with labels and words, got 5 without labels and 0 without words",
  );
});

it("has snapshots that change nothing", async () => {
  const batches = await grownIds(changing, few, [50]);
  const expected = values(await learn(batches, grams));
  const model = fastTextClassifier({ ...small, ...grams });
  const labels: number[] = [];
  for (const batch of batches) {
    await model.update(batch);
    labels.push((await model.snapshot!())?.labels.length ?? 0);
  }
  expect(values(await model.result())).toEqual(expected);
  await model.close();
  expect(labels).toEqual([...labels].sort((a, b) => a - b));
  expect(new Set(labels).size).toBeGreaterThan(3);
});

it("leaves out words of a text whose row went to another before the text ended, and says how many", async () => {
  const named = (terms: string[], generation: number, since: number[]) => {
    const counted = labelledVocabulary([{ words: terms, labels: [] }]);
    return {
      ...counted,
      terms,
      idOf: (term: string) => terms.indexOf(term),
      maxSize: 2,
      generation,
      since: Uint32Array.from(since),
    };
  };
  const batch = (vocabulary: IdBatch["vocabulary"], ids: number[], starts: number[], labels: string[]): IdBatch => ({
    ...{ vocabulary, ids: Uint32Array.from(ids), epoch: 0 },
    sentenceOffsets: Uint32Array.from(starts),
    documentOffsets: Uint32Array.from(starts),
    documents: { labels: labels.map((label) => [label]) },
  });
  const made = await learn([
    batch(named(["old", "kept"], 1, [1, 1]), [0, 1, 0, 1], [0, 2], ["x", "y"]),
    batch(named(["new", "kept"], 2, [2, 1]), [0], [], []),
  ]);
  expect(documentsOf(made)).toMatchObject({ texts: 2, wordsWithoutRow: 1 });
  expect(made.terms).toEqual(expect.arrayContaining(["new", "kept"]));
});

it("calibrates by the most recent texts that were kept aside", async () => {
  const texts = textsAbout(english, 300);
  const made = await learn(await grownIds(texts, { minCount: 1, generationSize: 128 }), { holdout: 0.2 });
  const { held, texts: learned } = documentsOf(made);
  expect(Math.abs(held - 60)).toBeLessThan(25);
  expect(learned + held).toBe(300 - documentsOf(made).withoutWords);
  expect(made.temperature).not.toBe(1);
});

it.each(["online", "in passes"])("begins with vectors of words that are given, %s", async (how) => {
  const texts = textsAbout(english, 12);
  const initialVectors = {
    terms: ["boat", "sea"],
    values: Float32Array.of(1, 2, 3, 4),
    vectorSize: 2,
    metadata: new Map(),
  };
  const options = { vectorSize: 2, initialVectors, learningRate: 1e-9, wordNgrams: 1, maxSubword: 3, buckets: 100 };
  const batches = labelledBatches(labelledVocabulary(texts), texts);
  const made = await learn(batches, { ...options, ...(how === "online" ? {} : { online: false, epochs: 1 }) });
  const row = made.terms.indexOf("boat");
  const found = (made.input as { values: Float32Array }).values.subarray(2 * row, 2 * row + 2);
  expect([...found]).toEqual([1, 2]);
  expect(made.metadata.get("initialTerms")).toBe("1 of 2");
  expect(() => fastTextClassifier({ ...options, vectorSize: 3 })).toThrow(
    "fastTextClassifier: initialVectors must be of vectorSize = 3 numbers a term, got 2",
  );
});

it("says what it cannot do", async () => {
  const wrong: [FastTextClassifierOptions, string][] = [
    [{ epochs: 2 }, "epochs must be 1 with online, got 2"],
    [{ schedule: "linear" }, "schedule must be constant or inverse with online, got linear"],
    [
      { loss: "hierarchicalSoftmax" },
      "loss must be softmax, negativeSampling or oneVsAll with online, got hierarchicalSoftmax",
    ],
    [{ sentenceEnd: true }, "sentenceEnd must be false with online, got true"],
    [{ patience: 2 }, "patience must be 0 with online, got 2"],
    [{ minLearningRate: 1 }, "minLearningRate must be at most learningRate = 0.5, got 1"],
  ];
  for (const [options, message] of wrong)
    expect(() => fastTextClassifier({ online: true, ...options })).toThrow(`fastTextClassifier: ${message}`);
  const texts = textsAbout(english, 6);
  const model = fastTextClassifier(small);
  await expect(model.result()).rejects.toThrow("there must be texts to learn from before a result, got none");
  await feed(model, await grownIds(texts, few));
  await expect(feed(model, labelledBatches(labelledVocabulary(texts), texts))).rejects.toThrow(
    "fastTextClassifier: every batch must have the same vocabulary, got another one",
  );
  await expect(
    feed(fastTextClassifier({ ...small, learningRate: 1e30 }), await grownIds(changing, few)),
  ).rejects.toThrow(
    /^fastTextClassifier: the loss must stay finite, got (NaN|Infinity|-Infinity) after \d+ texts; lower learningRate$/,
  );
});
