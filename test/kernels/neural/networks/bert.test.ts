import { describe, expect, it } from "vitest";
import { neural } from "#kernels";
import reference from "../../../reference/bert.json" with { type: "json" };
import { numbers, SEED } from "../../../support/neuralCases.js";
import { relativeDistance, wasmEngine } from "../../../support/neuralEngines.js";

const TERMS = 11;
const LENGTH = 5;
const PLACES = 3 * LENGTH;

const options: neural.BertOptions = {
  terms: TERMS,
  positions: 6,
  segments: 2,
  layers: 2,
  heads: 2,
  vectorSize: 4,
  innerSize: 6,
  dropout: 0,
  activation: "gelu",
  epsilon: 1e-12,
  nextSentence: true,
};

/** That of bert.py. */
const batch: neural.NetworkBatch = {
  rows: 3,
  length: LENGTH,
  ids: Uint32Array.from({ length: PLACES }, (_, i) => (5 * i + 3) % TERMS),
  targets: Int32Array.from({ length: PLACES }, (_, i) => (i % 3 === 1 && i < 12 ? (7 * i + 1) % TERMS : -1)),
  segments: Uint8Array.from({ length: PLACES }, (_, i) => Number(i % LENGTH > 2)),
  lengths: Uint32Array.of(5, 4, 2),
  labels: Int32Array.of(1, 0, -1),
  labelScale: 0.5,
  firstRow: 0,
  step: 0,
};
const SCALE = 0.25;

/** With the numbers of bert.py. */
function parametersOf(engine: neural.Engine, network: neural.Network): neural.Parameters {
  const sorted = network.forms.map(({ name }) => name).sort();
  const parameters = engine.parameters(network.forms);
  const values = network.forms.flatMap(({ name, shape }) => {
    const gains = name.endsWith("LayerNorm.weight") ? 1 : 0;
    const factor = shape.length > 1 ? 4 : 1;
    return [...numbers(shape, 10 + sorted.indexOf(name))].map((value) => gains + factor * value);
  });
  parameters.write("values", Float32Array.from(values));
  return parameters;
}

/** Losses and gradients by name, in the precision of the engine's own copies. */
async function learned(engine: neural.Engine, network: neural.Network, of: neural.NetworkBatch) {
  const parameters = parametersOf(engine, network);
  const read = engine.scope(() => {
    const tape = neural.Tape.recording(engine, parameters, SEED);
    const { losses, labelLosses } = network.learn(tape, of, SCALE);
    tape.backward();
    return [engine.read(losses), labelLosses && engine.read(labelLosses)] as const;
  });
  const [losses, labelLosses] = await Promise.all(read);
  const all = await parameters.read("gradients");
  let from = 0;
  const gradients = network.forms.map(({ name, shape }) => {
    const values = all.slice(from, from + neural.sizeOf(shape));
    from += values.length;
    return [name, values] as const;
  });
  parameters.close();
  return { losses, labelLosses, gradients: Object.fromEntries(gradients) };
}

describe.each([
  ["reference", () => neural.referenceEngine(), 1e-6],
  ["wasm", () => wasmEngine(), 1e-5],
] as const)("bert on the %s engine", (_, make, tolerance) => {
  const engine = make();

  it("has the losses and gradients of transformers' BertForPreTraining: those of terms and of the next sentence", async () => {
    const { network: expected } = reference;
    const found = await learned(engine, neural.bert(options), batch);
    expect(relativeDistance(found.losses, expected.losses)).toBeLessThan(tolerance);
    expect(relativeDistance(found.labelLosses!, expected.labelLosses)).toBeLessThan(tolerance);
    expect(Object.keys(found.gradients).sort()).toEqual(Object.keys(expected.gradients).sort());
    for (const [name, gradient] of Object.entries(expected.gradients)) {
      const length = Math.hypot(...gradient);
      // softmax does not see the biases of keys: theirs are 0 but for rounding
      if (length < 1e-12) expect(Math.hypot(...found.gradients[name]!), name).toBeLessThan(1e-7);
      else expect(relativeDistance(found.gradients[name]!, gradient), name).toBeLessThan(tolerance);
    }
  });

  it("has their logits of each place, and their numbers behind each layer", async () => {
    const network = neural.bert(options);
    const parameters = parametersOf(engine, network);
    const { logits, layers } = engine.scope(() => ({
      logits: engine.read(network.predict(engine, parameters, batch).logits),
      layers: network.layers!(engine, parameters, batch).map((layer) => engine.read(layer)),
    }));
    expect(relativeDistance(await logits, reference.network.logits)).toBeLessThan(tolerance);
    expect(layers.length).toBe(3); // the embeddings and two blocks
    for (const [k, layer] of (await Promise.all(layers)).entries())
      expect(relativeDistance(layer, reference.network.layers[k]!)).toBeLessThan(tolerance);
    parameters.close();
  });
});

describe("bert", () => {
  const engine = neural.referenceEngine();

  it("learns of terms alone without nextSentence, and has no pooler then", async () => {
    const network = neural.bert({ ...options, nextSentence: false });
    const names = network.forms.map(({ name }) => name);
    expect(names.filter((name) => /pooler|seq_relationship/.test(name))).toEqual([]);
    expect((await learned(engine, network, batch)).labelLosses).toBeUndefined();
    const { labels, ...plain } = batch;
    const whole = neural.bert(options);
    expect((await learned(engine, whole, plain)).labelLosses).toBeUndefined();
  });

  it("does not look at what lies behind a row's end, and learns nothing where nothing is predicted", async () => {
    const network = neural.bert(options);
    const found = await learned(engine, network, { ...batch, ids: batch.ids.with(14, 9).with(9, 0) });
    expect(found.losses).toEqual((await learned(engine, network, batch)).losses);
    const { labels, ...plain } = batch;
    const nothing = await learned(engine, network, { ...plain, targets: new Int32Array(PLACES).fill(-1) });
    expect([...nothing.losses]).toEqual(Array(PLACES).fill(0));
    expect(Object.values(nothing.gradients).every((gradient) => gradient.every((value) => value === 0))).toBe(true);
  });

  it("learns the same from a batch in parts of rows, with the mean over the classes of all", async () => {
    const network = neural.bert({ ...options, dropout: 0.1 });
    const { labelScale, firstRow, ...whole } = batch;
    const stepped = async (parts: number) => {
      const values = Float32Array.from(network.forms.flatMap((form) => [...network.initial(form, 1)]));
      const stepper = neural.plainStepper(engine, network, values, { parts, seed: 1 });
      const outcome = await stepper.learn(whole, { optimiser: { kind: "sgd" }, rate: 0.5, clip: 0 });
      return { ...outcome, values: [...(await stepper.read("values"))] };
    };
    const [one, three] = [await stepped(1), await stepped(3)];
    expect(three.loss).toBeCloseTo(one.loss, 6);
    expect(three.labelLoss).toBeCloseTo(one.labelLoss!, 6);
    expect(three.values).toEqual(one.values.map((value) => expect.closeTo(value, 6)));
  });

  it("begins with normal weights, biases of 0 and gains of 1, and refuses rows that are too long", () => {
    const network = neural.bert({ ...options, terms: 500, vectorSize: 32, heads: 4 });
    const valuesOf = (name: string) => [...network.initial(network.forms.find((form) => form.name === name)!, 1)];
    const words = valuesOf(network.vectors);
    expect(words.length).toBe(16_000);
    expect(Math.sqrt(words.reduce((sum, value) => sum + value ** 2, 0) / 16_000)).toBeCloseTo(0.02, 3);
    expect(new Set(valuesOf("bert.encoder.layer.0.output.LayerNorm.weight"))).toEqual(new Set([1]));
    expect(new Set(valuesOf("cls.predictions.bias"))).toEqual(new Set([0]));
    expect(() => neural.bert({ ...options, heads: 3 })).toThrow(
      new RangeError("bert: vectorSize must be a multiple of heads, got 4 and 3"),
    );
    const long = neural.bert({ ...options, positions: 4 });
    const parameters = parametersOf(engine, long);
    expect(() => long.predict(engine, parameters, batch)).toThrow(
      new RangeError("bert: rows must have at most 4 places, as many as positions, got 5"),
    );
  });
});
