import { describe, expect, it } from "vitest";
import { neural } from "#kernels";
import { networkBatch, networkCases, networkParameters } from "../../../support/neuralCases.js";

const engine = neural.referenceEngine();
const valuesOf = (tensor: neural.Tensor) => [...(tensor as neural.ReferenceTensor).values];
const network = networkCases.elmo!();
const parameters = networkParameters(engine, network);
const batch = networkBatch(network, 0);
const full = { ...batch, lengths: Uint32Array.of(4, 4) };
const lossesOf = (given: neural.NetworkBatch) =>
  valuesOf(network.learn(neural.Tape.silent(engine, parameters), given, 1).losses);
/** The numbers of a place in a layer: those of the direction that looks back, and of the other. */
const halves = (given: neural.NetworkBatch, layer: number, place: number) => {
  const row = valuesOf(network.layers!(engine, parameters, given)[layer]!).slice(6 * place, 6 * place + 6);
  return [row.slice(0, 3), row.slice(3)];
};

describe("elmo", () => {
  it("has layers that are the term twice, and then what each direction has read", () => {
    const layers = network.layers!(engine, parameters, full);
    expect(layers.map(({ shape }) => shape)).toEqual(Array.from({ length: 3 }, () => [8, 6]));
    const [term, again] = halves(full, 0, 2);
    expect(term).toEqual(again);
  });

  it.each([1, 2])("looks back in one half of layer %i, and ahead in the other", (layer) => {
    const later = { ...full, ids: full.ids.with(3, 9) }; // the last of the first row
    const earlier = { ...full, ids: full.ids.with(0, 9) };
    const [back, ahead] = halves(full, layer, 1);
    expect(halves(later, layer, 1)[0]).toEqual(back);
    expect(halves(later, layer, 1)[1]).not.toEqual(ahead);
    expect(halves(earlier, layer, 1)[0]).not.toEqual(back);
    expect(halves(earlier, layer, 1)[1]).toEqual(ahead);
  });

  it("reads nothing that stands behind a row's text", () => {
    const other = { ...batch, ids: batch.ids.with(7, 9) }; // the second row has three tokens
    expect(halves(other, 2, 6)).toEqual(halves(batch, 2, 6));
    expect(lossesOf(other).slice(0, 7)).toEqual(lossesOf(batch).slice(0, 7));
  });

  it("has the mean loss of both directions: the target by what is before it, the term by the target and what is behind", () => {
    // The last place of a row: backward reads its target alone, so that the loss of that half depends on no other id of the row than its own.
    const logits = network.predict(engine, parameters, full).logits;
    const forward = valuesOf(engine.crossEntropy(logits, engine.placeIndices(full.targets), 1).losses);
    const backward = lossesOf(full).map((loss, place) => 2 * loss - forward[place]!);
    const other = { ...full, ids: full.ids.with(0, 9).with(1, 9).with(2, 9) };
    const otherLogits = network.predict(engine, parameters, other).logits;
    const otherForward = valuesOf(engine.crossEntropy(otherLogits, engine.placeIndices(full.targets), 1).losses);
    expect(otherForward[3]).not.toBeCloseTo(forward[3]!, 6);
    expect(2 * lossesOf(other)[3]! - otherForward[3]!).toBeCloseTo(backward[3]!, 10);
    expect(backward.slice(0, 7).every((loss) => loss > 0)).toBe(true);
    expect(lossesOf(full)[7]).toBe(0); // nothing is predicted there
  });

  it("learns nothing of rows without targets", () => {
    const held = { ...full, targets: full.targets.map((target, place) => (place < 4 ? -1 : target)) };
    expect(lossesOf(held).slice(0, 4)).toEqual([0, 0, 0, 0]);
    expect(lossesOf(held).slice(4)).toEqual(
      lossesOf(full)
        .slice(4)
        .map((loss) => expect.closeTo(loss, 10)),
    );
  });

  it("begins as bilm-tf: with numbers of one variance, gates that are closed, and cells that keep what they have", () => {
    const first = new Map(network.forms.map((form) => [form.name, [...network.initial(form, 1)]]));
    const most = (name: string) => Math.max(...first.get(name)!.map(Math.abs));
    expect(most("characters")).toBeGreaterThan(0.9); // of -1 .. 1
    expect(most("characters")).toBeLessThanOrEqual(1);
    for (const [name, inputs] of [
      ["filters.3.weight", 6],
      ["forward.0.recurrent", 3],
      ["output.weight", 3],
    ] as const) {
      expect(most(name)).toBeGreaterThan(0.7 * Math.sqrt(3 / inputs));
      expect(most(name)).toBeLessThanOrEqual(1.000001 * Math.sqrt(3 / inputs));
    }
    expect(first.get("highway.0.gate.bias")).toEqual(new Array(7).fill(-2));
    expect(first.get("backward.1.bias")).toEqual([0, 0, 0, 0, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0]);
    expect(first.get("output.bias")).toEqual(new Array(11).fill(0));
  });

  it("refuses filters that are wider than a term may be", () => {
    const options = {
      ...{ terms: ["a"], maxCharacters: 4, characterSize: 2, filters: [{ width: 5, count: 1 }], highways: 0 },
      ...{ vectorSize: 2, hiddenSize: 2, layers: 1, dropout: 0 },
    };
    expect(() => neural.elmo(options)).toThrow("elmo: maxCharacters must be at least the widest filter, 5, got 4");
  });
});
