import { expect, it } from "vitest";
import { neural } from "#kernels";
import { type FineTuneOptions, fineTune, gptSchema } from "#models";
import type { AnyClassifier, LanguageModel, NetworkClassifier, TokenBatch } from "#schemas";
import { copyState } from "../../support/copyState.js";
import type { LabelledText } from "../../support/labelledBatches.js";
import { labelledTokens } from "../../support/labelledTokens.js";

const terms = ["<unk>", "cat", "dog", "boat", "ship", "the", "a", "sees"];
const settings = {
  ...{ layers: 1, heads: 2, vectorSize: 8, innerSize: 16, positions: 8, dropout: 0 },
  ...{ activation: "geluTanh", epsilon: 1e-5 },
};
const networks = new Map([["gpt", gptSchema]]);

/** A gpt at its first values. */
function languageModel(): LanguageModel {
  const counts = new Float64Array(terms.length).fill(1);
  const network = gptSchema.network!(settings, { terms, counts }) as neural.Network;
  const tensors = network.forms.map((form) => ({ ...form, values: network.initial(form, 3) }));
  return {
    architecture: "gpt",
    settings,
    terms,
    counts,
    unknown: "<unk>",
    tensors,
    vectors: "wte.weight",
    metadata: new Map(),
  };
}

const model = languageModel();
const animals = ["cat", "dog"].flatMap((word) => [
  ["the", word],
  ["a", word, "sees"],
  ["sees", "the", word, "a"],
]);
const ships = ["boat", "ship"].flatMap((word) => [
  ["the", word],
  ["a", word, "sees"],
  ["sees", "the", word, "a"],
]);
const texts: LabelledText[] = [animals, ships].flatMap((some, kind) =>
  [...some, ...some].map((words) => ({ words, labels: [kind === 0 ? "animal" : "ship"] })),
);
const small = { model, epochs: 12, learningRate: 0.02, batchSize: 4, dropout: 0, workers: 1 };

type Model = ReturnType<typeof fineTune>;

/** Some passes over batches, as a run feeds them. */
async function pass(tuned: Model, batches: readonly TokenBatch[]): Promise<number> {
  for (const batch of batches) await tuned.update(batch);
  const { loss, examples } = await tuned.endStream!();
  return loss / examples;
}

async function learn(options: Partial<FineTuneOptions> = {}, sizes?: readonly number[]) {
  const tuned = fineTune({ ...small, ...options }, networks);
  const losses: number[] = [];
  for (let epoch = 0; epoch < tuned.epochs; epoch++) {
    losses.push(await pass(tuned, labelledTokens(texts, sizes)));
    if (await tuned.endPass!()) break;
  }
  const made = (await tuned.result()) as NetworkClassifier;
  await tuned.close();
  return { made, losses };
}

function predictorOf(classifier: AnyClassifier) {
  const own = classifier as NetworkClassifier;
  const { settings: sizes, terms: known, counts } = own.model;
  const network = gptSchema.network!(sizes, { terms: known, counts }) as neural.Network;
  const idOf = (term: string) => (known.includes(term) ? known.indexOf(term) : undefined);
  return new neural.NetworkPredictor(own, network, { terms: known, counts, tokens: 0, idOf }, neural.referenceEngine());
}

const bytesOf = ({ model: { tensors }, head, temperature }: NetworkClassifier) =>
  JSON.stringify([...tensors, ...head.tensors].map(({ name, values }) => [name, [...values]])) + temperature;

it("learns to tell labels by the words of a text, with the language model", async () => {
  const { made, losses } = await learn();
  expect(losses[0]).toBeCloseTo(Math.LN2, 1);
  expect(losses.at(-1)).toBeLessThan(0.1);
  const predictor = predictorOf(made);
  expect(predictor.predict(["the", "ship", "sees"])[0]!.label).toBe("ship");
  expect(predictor.predict(["a", "dog"], { k: 2 }).map(({ label }) => label)).toEqual(["animal", "ship"]);
  expect(predictor.predict([])).toEqual([]);
  expect(predictor.explain(["the", "dog"])!.reasons[0]!.feature).toBe("dog");
});

it("with freeze leaves the language model as it is, and learns the shares of its layers", async () => {
  const { made, losses } = await learn({ freeze: true, epochs: 40, learningRate: 0.1 });
  expect(made.model.tensors).toBe(model.tensors);
  expect(made.head).toMatchObject({ pooling: "mean", layers: "mix" });
  expect(made.head.tensors.map(({ name, shape }) => `${name} ${shape.join(" x ")}`)).toEqual([
    "head.mix.weights 1 x 2",
    "head.mix.gamma 1 x 1",
    "head.output.weight 2 x 8",
    "head.output.bias 2",
  ]);
  expect(made.head.tensors[0]!.values[0]).not.toBe(0);
  expect(losses.at(-1)).toBeLessThan(0.5); // ln 2 = 0.69 is no better than chance
});

it.each([{}, { freeze: true }])("gives the same bytes for any batches and workers, %j", async (options) => {
  const [whole, cut, wide] = await Promise.all([
    learn({ ...options, epochs: 2 }),
    learn({ ...options, epochs: 2 }, [3, 1, 5]),
    learn({ ...options, epochs: 2, workers: 2 }),
  ]);
  expect(bytesOf(cut.made)).toBe(bytesOf(whole.made));
  expect(bytesOf(wide.made)).toBe(bytesOf(whole.made));
});

it.each([{}, { freeze: true }])("goes on from a saved state to the same bytes, %j", async (options) => {
  const { made } = await learn({ ...options, epochs: 3, patience: 3 });
  const batches = labelledTokens(texts, [7]);
  const begun = fineTune({ ...small, ...options, epochs: 3, patience: 3 }, networks);
  await pass(begun, batches);
  await begun.update(batches[0]!);
  const state = copyState((await begun.save!())!);
  await begun.close();
  const tuned = fineTune({ ...small, ...options, epochs: 3, patience: 3 }, networks);
  await tuned.restore!(state, {});
  await pass(tuned, batches.slice(1));
  await pass(tuned, batches);
  expect(bytesOf((await tuned.result()) as NetworkClassifier)).toBe(bytesOf(made));
  await tuned.close();
});

it("passes over texts without labels or words, and says how many", async () => {
  const tuned = fineTune({ ...small, epochs: 1 }, networks);
  await pass(tuned, labelledTokens([...texts, { words: ["cat"], labels: [] }, { words: [], labels: ["ship"] }]));
  const { metadata } = await tuned.result();
  expect(JSON.parse(metadata.get("documents")!)).toMatchObject({ withoutLabels: 1, withoutWords: 1, cut: 0 });
  await tuned.close();
});

it.each([
  [{ model: { ...model, architecture: "lda" } }, 'fineTune: the model must be of gpt, got "lda"'],
  [{ patience: 1, holdout: 0 }, "fineTune: patience must have texts kept aside to look at, got a holdout of 0"],
])("refuses %#", (options, message) => {
  expect(() => fineTune({ ...small, ...options }, networks)).toThrow(message);
});

it("refuses documents with weights, which it would count alike", async () => {
  const tuned = fineTune(small, networks);
  const [batch] = labelledTokens(texts);
  expect(() => tuned.update({ ...batch!, documents: { ...batch!.documents, weights: texts.map(() => 2) } })).toThrow(
    "fineTune: documents must count alike, got weights; leave out the option weight of the source",
  );
  await tuned.close();
});

it("refuses texts of one label", async () => {
  const tuned = fineTune(small, networks);
  const one = texts.filter(({ labels }) => labels[0] === "ship");
  await expect(pass(tuned, labelledTokens(one))).rejects.toThrow(
    'fineTune: texts must have two labels or more, got "ship" alone',
  );
});
