import { describe, expect, it } from "vitest";
import { neural } from "#kernels";
import {
  batch,
  itEqualsTransformers,
  learned,
  options,
  PLACES,
  parametersOf,
} from "../../../support/bertAsTransformers.js";
import { wasmEngine } from "../../../support/neuralEngines.js";

itEqualsTransformers(neural.referenceEngine(), 1e-6);
itEqualsTransformers(wasmEngine(), 1e-5);

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

  it("tells how many rows have the class with the highest score, in whatever parts", async () => {
    const network = neural.bert(options);
    const { labelScale, firstRow, ...whole } = batch;
    const values = Float32Array.from(network.forms.flatMap((form) => [...network.initial(form, 1)]));
    // the bias of the second class alone decides
    let from = 0;
    for (const { name, shape } of network.forms) {
      if (name === "cls.seq_relationship.bias") values[from + 1] = 100;
      from += shape.reduce((product, each) => product * each, 1);
    }
    const rightOf = async (parts: number, labels: readonly number[]) => {
      const stepper = neural.plainStepper(engine, network, values, { parts, seed: 1 });
      return (await stepper.evaluate({ ...whole, labels: Int32Array.from(labels) })).labelRight;
    };
    const labels = [1, 0, 1, -1].slice(0, whole.rows);
    const expected = labels.filter((label) => label === 1).length;
    expect([await rightOf(1, labels), await rightOf(3, labels)]).toEqual([expected, expected]);
    expect(
      await rightOf(
        1,
        labels.map(() => 0),
      ),
    ).toBe(0);
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
