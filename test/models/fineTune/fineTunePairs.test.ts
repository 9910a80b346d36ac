/** A word that stands beside others of one kind or another, in two texts: it has one sense where they are of one kind. */
import { expect, it } from "vitest";
import { neural } from "#kernels";
import { type FineTunePairsOptions, fineTunePairs, gptSchema, type LabelledPair } from "#models";
import type { LanguageModel, NetworkClassifier } from "#schemas";
import { seeds } from "../../support/shortOrLong.js";

const terms = ["<unk>", "bank", "money", "cash", "river", "water"];
const settings = {
  ...{ layers: 1, heads: 2, vectorSize: 8, innerSize: 16, positions: 8, dropout: 0 },
  ...{ activation: "geluTanh", epsilon: 1e-5 },
};
const networks = new Map([["gpt", gptSchema]]);
const counts = new Float64Array(terms.length).fill(1);
const network = gptSchema.network!(settings, { terms, counts }) as neural.Network;
const model: LanguageModel = {
  ...{ architecture: "gpt", settings, terms, counts, unknown: "<unk>", vectors: "wte.weight", metadata: new Map() },
  tensors: network.forms.map((form) => ({ ...form, values: network.initial(form, 3) })),
};

/** One of the words, and the bank behind it, which is asked about. */
const text = (word: string) => neural.markTarget({ ids: Uint32Array.of(terms.indexOf(word), 1), from: 1, to: 2 });
const pair = (first: string, second: string, label: string): LabelledPair => ({
  texts: [text(first), text(second)],
  label,
});
const [money, river] = [
  ["money", "cash"],
  ["river", "water"],
] as const;
const all = (firsts: readonly string[], seconds: readonly string[], label: string) =>
  firsts.flatMap((first) => seconds.map((second) => pair(first, second, label)));
const pairs = [
  ...[...all(money, money, "T"), ...all(river, river, "T")],
  ...[...all(money, river, "F"), ...all(river, money, "F")],
];

const learn = (options: FineTunePairsOptions = {}, some = pairs) =>
  fineTunePairs(
    model,
    some,
    { epochs: 60, learningRate: 0.02, batchSize: 4, dropout: 0, holdout: 0, workers: 1, ...options },
    {
      ...{ labels: ["F", "T"], networks },
    },
  );

const bytesOf = ({ model: { tensors }, head, temperature }: NetworkClassifier) =>
  JSON.stringify([...tensors, ...head.tensors].map(({ name, values }) => [name, [...values]])) + temperature;

it.each(seeds)(
  "learns whether a word is used alike in two texts, which no single text tells, seed %i",
  async (seed) => {
    const made = await learn({ seed });
    expect([...made.labelCounts]).toEqual([8, 8]);
    expect(made.head).toMatchObject({ pooling: "target", layers: "last" });
    const output = made.head.tensors.find(({ name }) => name === "head.output.weight")!;
    expect(output.shape).toEqual([2, 32]); // u, v, |u - v| and u v of 8 numbers
    const predictor = new neural.PairPredictor(made, network, neural.referenceEngine());
    const answers = await Promise.all(pairs.map(({ texts }) => predictor.predict(texts)));
    expect(answers).toEqual(pairs.map(({ label }) => label));
  },
);

it.each([{}, { freeze: true }])("gives the same bytes for any number of workers, %j", async (options) => {
  const [one, two] = await Promise.all(
    [1, 2].map((workers) => learn({ ...options, epochs: 2, holdout: 0.3, workers })),
  );
  expect(bytesOf(two!)).toBe(bytesOf(one!));
  if ("freeze" in options) expect(one!.model.tensors).toBe(model.tensors);
});

it("is no classifier of texts", async () => {
  const made = await learn({ epochs: 1 });
  const vocabulary = { terms, counts, tokens: 0, idOf: (term: string) => terms.indexOf(term) };
  expect(() => new neural.NetworkPredictor(made, network, vocabulary, neural.referenceEngine())).toThrow(
    "classify: the classifier must be one of texts, got one of a word in two texts; eval --word-in-context asks it",
  );
});

it("refuses what it cannot learn from", async () => {
  await expect(learn({}, [])).rejects.toThrow(
    "fineTunePairs: there must be pairs to learn from, got 0 that are kept aside",
  );
  await expect(learn({ patience: 2 })).rejects.toThrow("fineTunePairs: patience must have texts kept aside to look at");
});
