import { describe, expect, it } from "vitest";
import { neural } from "#kernels";
import reference from "../reference/bert.json" with { type: "json" };
import { numbers, SEED } from "./neuralCases.js";
import { relativeDistance } from "./neuralEngines.js";

const TERMS = 11;
const LENGTH = 5;
export const PLACES = 3 * LENGTH;

export const options: neural.BertOptions = {
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
export const batch: neural.NetworkBatch = {
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
export function parametersOf(engine: neural.Engine, network: neural.Network): neural.Parameters {
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
export async function learned(engine: neural.Engine, network: neural.Network, of: neural.NetworkBatch) {
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

/** Shows that BERT on an engine is what transformers computes with PyTorch in double precision: test/reference/bert.py. */
export function itEqualsTransformers(engine: neural.Engine, tolerance: number): void {
  describe(`bert on the ${engine.name} engine`, () => {
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
}
