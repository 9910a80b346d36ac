import { describe, expect, it } from "vitest";
import { drawBelow, drawUniform, randomStream, recalibrate } from "#kernels";
import { type FastTextClassifierOptions, fastTextClassifier } from "#models";
import type { Classifier, IdBatch } from "#schemas";
import { copyState } from "../../support/copyState.js";
import { type LabelledText, labelledBatches, labelledVocabulary } from "../../support/labelledBatches.js";
import { chinese, english } from "../../support/topics.js";

const small = {
  ...{ vectorSize: 8, epochs: 12, wordNgrams: 1, holdout: 0.3, learningRate: 1 },
  ...{ workers: 1, kernel: "reference" as const, patience: 2 },
};

/** Texts of a topic each, of which a third has a wrong label: whoever learns them by heart gets worse. */
function noisyTexts(topics: readonly (readonly string[])[], texts = 90): LabelledText[] {
  const stream = randomStream(5, "noisy");
  return Array.from({ length: texts }, (_, t) => {
    const topic = topics[t % topics.length]!;
    const words = [topic[1 + drawBelow(stream, 3 * t, 4)]!, topic[1 + drawBelow(stream, 3 * t + 1, 4)]!, `${t}`];
    const isWrong = drawUniform(stream, 3 * t + 2) < 1 / 3;
    return { words, labels: [topics[(t + (isWrong ? 1 : 0)) % topics.length]![0]!] };
  });
}

function batchesOf(texts: readonly LabelledText[], sizes: readonly number[] = [1000]) {
  const vocabulary = labelledVocabulary(texts);
  return (epoch: number): IdBatch[] => labelledBatches(vocabulary, texts, { epoch, sizes });
}

/** As runs do: pass after pass, until the model wants none. */
async function train(
  batches: (epoch: number) => IdBatch[],
  options: FastTextClassifierOptions = {},
): Promise<Classifier> {
  const model = fastTextClassifier({ ...small, ...options });
  for (let epoch = 0; epoch < model.epochs; epoch++) {
    for (const batch of batches(epoch)) await model.update(batch);
    if (epoch + 1 < model.epochs && (await model.endPass!())) break;
  }
  const made = await model.result();
  await model.close();
  return made;
}

const toldBy = ({ metadata }: Classifier) => JSON.parse(metadata.get("earlyStop")!);
const values = ({ input, output, temperature, metadata }: Classifier) => ({
  ...{ input, output, temperature },
  told: metadata.get("earlyStop"),
});

describe.each([
  ["English", english],
  ["Chinese", chinese],
])("patience, with %s texts", (_, topics) => {
  const texts = noisyTexts(topics);

  it("ends two passes behind the best, whose weights the result has", async () => {
    const made = await train(batchesOf(texts));
    const { epochs, best, loss } = toldBy(made);
    expect(epochs).toBe(best + 2);
    expect(epochs).toBeLessThan(small.epochs);
    const impatient = await train(batchesOf(texts), { patience: 1 }); // sees the same passes up to the first that is no better
    expect(toldBy(impatient)).toEqual({ epochs: best + 1, best, loss });
    expect({ ...values(impatient), told: "" }).toEqual({ ...values(made), told: "" });
  });

  it("gives the same bytes however the texts are cut", async () => {
    const whole = values(await train(batchesOf(texts)));
    for (const sizes of [[1], [7, 2], [40]]) expect(values(await train(batchesOf(texts, sizes)))).toEqual(whole);
  });

  it("goes on from any batch to the same bytes", async () => {
    const batches = batchesOf(texts, [100]);
    const whole = values(await train(batches));
    const { epochs } = JSON.parse(whole.told!);
    for (const stop of [1, 4, 3 * epochs - 1]) {
      let model = fastTextClassifier(small);
      let fed = 0;
      const moved = async () => {
        if (fed++ !== stop) return;
        const state = copyState((await model.save!())!);
        await model.close();
        model = fastTextClassifier(small);
        await model.restore!(state, { vocabulary: batches(0)[0]!.vocabulary });
      };
      for (let epoch = 0; epoch < epochs; epoch++) {
        for (const batch of batches(epoch)) {
          await moved();
          await model.update(batch);
        }
        expect(await model.endPass!()).toBe(epoch + 1 === epochs);
      }
      expect(values(await model.result())).toEqual(whole);
      await model.close();
    }
  });
});

it("has the weights of the best pass also where no pass is left out", async () => {
  const made = await train(batchesOf(noisyTexts(english)), { patience: 100 });
  const { epochs, best, loss } = toldBy(made);
  expect(epochs).toBe(small.epochs);
  expect(best).toBeLessThan(epochs);
  const last = await train(batchesOf(noisyTexts(english)), { patience: 0 });
  expect(last.metadata.has("earlyStop")).toBe(false);
  expect(loss).toBeGreaterThan(0);
  expect(made.input).not.toEqual(last.input);
});

it("tells the loss of the texts kept aside, at the temperature of the result", async () => {
  const texts = noisyTexts(english);
  const made = await train(batchesOf(texts));
  const ids = new Map(made.labels.map((label, id) => [label, id]));
  const stream = randomStream(1, "holdout");
  const held = texts
    .filter((_, number) => drawUniform(stream, number) < small.holdout)
    .map(({ words, labels }) => ({ tokens: words, labels: labels.map((label) => ids.get(label)!) }));
  expect(JSON.parse(made.metadata.get("documents")!).held).toBe(held.length);
  expect(toldBy(made).loss).toBeCloseTo(recalibrate(made, held, made.temperature).loss, 4);
});

it("gives the same bytes at 1 and 2 workers", async () => {
  const batches = batchesOf(noisyTexts(english));
  const options = { kernel: "plain", vectorSize: 40 } as const;
  const [one, two] = await Promise.all([1, 2].map((workers) => train(batches, { ...options, workers })));
  expect(values(two!)).toEqual(values(one!));
});

it("says what patience cannot do without", async () => {
  expect(() => fastTextClassifier({ patience: 1, holdout: 0 })).toThrow(
    "fastTextClassifier: patience must have texts kept aside to look at, got a holdout of 0",
  );
  const few = batchesOf(noisyTexts(english, 6));
  await expect(train(few, { holdout: 1e-9 })).rejects.toThrow(
    "fastTextClassifier: patience must have texts kept aside to look at, got none of 6; raise holdout",
  );
  const model = fastTextClassifier(small);
  for (const batch of few(0)) await model.update(batch);
  await expect(model.update(few(1)[0]!)).rejects.toThrow(
    "fastTextClassifier: endPass must be called after each pass where patience is set, got epoch 1 after 0 calls",
  );
  await model.close();
});
