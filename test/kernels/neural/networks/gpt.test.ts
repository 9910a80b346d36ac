import { expect, it } from "vitest";
import { neural } from "#kernels";
import { networkBatch, networkCases, networkParameters } from "../../../support/neuralCases.js";

const engine = neural.referenceEngine();
const network = networkCases.gpt!();
const valuesOf = (tensor: neural.Tensor) => [...(tensor as neural.ReferenceTensor).values];
const options: neural.GptOptions = {
  ...{ terms: 11, positions: 5, layers: 2, heads: 2, vectorSize: 4, innerSize: 8, dropout: 0 },
  ...{ activation: "geluTanh", epsilon: 1e-5 },
};

it("has the parameters of GPT-2's checkpoints", () => {
  const { forms } = neural.gpt({ ...options, layers: 1 });
  expect(forms.map(({ name, shape }) => `${name} ${shape.join(" x ")}`)).toEqual([
    "wte.weight 11 x 4",
    "wpe.weight 5 x 4",
    ...["h.0.ln_1.weight 4", "h.0.ln_1.bias 4"],
    ...["h.0.attn.c_attn.weight 4 x 12", "h.0.attn.c_attn.bias 12"],
    ...["h.0.attn.c_proj.weight 4 x 4", "h.0.attn.c_proj.bias 4"],
    ...["h.0.ln_2.weight 4", "h.0.ln_2.bias 4"],
    ...["h.0.mlp.c_fc.weight 4 x 8", "h.0.mlp.c_fc.bias 8"],
    ...["h.0.mlp.c_proj.weight 8 x 4", "h.0.mlp.c_proj.bias 4"],
    ...["ln_f.weight 4", "ln_f.bias 4"],
  ]);
  expect(forms.filter(({ decays }) => decays).every(({ shape }) => shape.length === 2)).toBe(true);
  expect(forms.filter(({ decays }) => !decays).every(({ shape }) => shape.length === 1)).toBe(true);
});

it("begins with a deviation of 0.02, and of 0.02 over the root of twice the layers where something is added to what flows past", () => {
  const large = neural.gpt({ ...options, layers: 8, vectorSize: 32, innerSize: 128 });
  const deviation = (name: string) => {
    const values = large.initial(large.forms.find((form) => form.name === name)!, 1);
    return Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / values.length);
  };
  for (const part of ["attn.c_attn", "mlp.c_fc"]) expect(deviation(`h.3.${part}.weight`)).toBeCloseTo(0.02, 3);
  for (const part of ["attn.c_proj", "mlp.c_proj"]) expect(deviation(`h.3.${part}.weight`)).toBeCloseTo(0.005, 3);
});

it("tells the numbers behind each layer, from the last of which the logits are", () => {
  const parameters = networkParameters(engine, network);
  const batch = networkBatch(network, 0);
  const layers = network.layers!(engine, parameters, batch);
  expect(layers.map(({ shape }) => shape)).toEqual([
    [8, 4],
    [8, 4],
    [8, 4],
  ]);
  const { logits } = network.predict(engine, parameters, batch);
  const again = engine.product(layers[2]!, parameters.tensor("wte.weight"), { transposeB: true });
  expect(valuesOf(again)).toEqual(valuesOf(logits));
});

it("sees no place behind another one", () => {
  const parameters = networkParameters(engine, network);
  const batch = networkBatch(network, 0);
  const { logits } = network.predict(engine, parameters, batch);
  const other = network.predict(engine, parameters, { ...batch, ids: batch.ids.with(2, 9) });
  const rowsOf = (tensor: neural.Tensor, from: number, to: number) => valuesOf(tensor).slice(11 * from, 11 * to);
  expect(rowsOf(other.logits, 0, 2)).toEqual(rowsOf(logits, 0, 2));
  expect(rowsOf(other.logits, 4, 8)).toEqual(rowsOf(logits, 4, 8)); // the other row
  for (const place of [2, 3])
    expect(rowsOf(other.logits, place, place + 1)).not.toEqual(rowsOf(logits, place, place + 1));
});

it("refuses heads that do not divide the vectors, and rows that are too long", () => {
  expect(() => neural.gpt({ ...options, heads: 3 })).toThrow(
    new RangeError("gpt: vectorSize must be a multiple of heads, got 4 and 3"),
  );
  const parameters = networkParameters(engine, network);
  const long = { rows: 1, length: 6, ids: new Uint32Array(6), lengths: Uint32Array.of(6), firstRow: 0 };
  expect(() => network.predict(engine, parameters, long)).toThrow(
    new RangeError("gpt: rows must have at most 5 places, as many as positions, got 6"),
  );
});
