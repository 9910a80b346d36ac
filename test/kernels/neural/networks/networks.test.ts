import { describe, expect, it } from "vitest";
import { neural } from "#kernels";
import { networkBatch, networkCases, networkParameters, SCALE, SEED } from "../../../support/neuralCases.js";

const engine = neural.referenceEngine();
const valuesOf = (tensor: neural.Tensor) => [...(tensor as neural.ReferenceTensor).values];
const close = (values: readonly number[], digits = 10) => values.map((value) => expect.closeTo(value, digits));

/** Some rows of a batch. */
function rowsOf(batch: neural.NetworkBatch, from: number, to: number): neural.NetworkBatch {
  const { length, state, rows } = batch;
  const size = (state?.length ?? 0) / rows;
  return {
    ...batch,
    rows: to - from,
    firstRow: batch.firstRow + from,
    ids: batch.ids.slice(from * length, to * length),
    targets: batch.targets.slice(from * length, to * length),
    lengths: batch.lengths.slice(from, to),
    ...(state && { state: state.slice(from * size, to * size) }),
  };
}

/** Some positions of all rows, which are full there. */
function positionsOf(batch: neural.NetworkBatch, from: number, to: number): neural.NetworkBatch {
  const cut = <T extends Uint32Array | Int32Array>(values: T) =>
    values.filter((_, i) => i % batch.length >= from && i % batch.length < to) as T;
  const length = to - from;
  return {
    ...batch,
    length,
    ids: cut(batch.ids),
    targets: cut(batch.targets),
    lengths: new Uint32Array(batch.rows).fill(length),
  };
}

function learned(network: neural.Network, batch: neural.NetworkBatch, parameters = networkParameters(engine, network)) {
  const tape = neural.Tape.recording(engine, parameters, SEED);
  const { losses, state } = network.learn(tape, batch, SCALE);
  tape.backward();
  const { gradients } = parameters as neural.ReferenceParameters;
  return { losses: valuesOf(losses), state: state && valuesOf(state), gradients, parameters };
}

describe.each(Object.entries(networkCases))("%s", (_, make) => {
  const network = make();
  const batch = networkBatch(network, 2);

  it("learns the same from a batch in parts of rows", () => {
    const whole = learned(network, batch);
    const first = learned(network, rowsOf(batch, 0, 1));
    const second = learned(network, rowsOf(batch, 1, 2), first.parameters);
    expect([...first.losses, ...second.losses]).toEqual(close(whole.losses));
    expect([...second.gradients]).toEqual(close([...whole.gradients]));
  });

  // a network of both directions predicts by one of them, and has the mean loss of both: elmo.test.ts
  it.skipIf(network.looksAhead)("predicts what its loss speaks of: the loss is -ln softmax(logits)[target]", () => {
    const parameters = networkParameters(engine, network);
    const { losses } = network.learn(neural.Tape.silent(engine, parameters), batch, 1);
    const { logits } = network.predict(engine, parameters, batch);
    const again = engine.crossEntropy(logits, engine.placeIndices(batch.targets), 1);
    expect(valuesOf(losses)).toEqual(close(valuesOf(again.losses)));
    expect(logits.shape).toEqual([8, 11]);
  });

  it.runIf(network.stateSize > 0)("goes on from its state as if the row had not ended", () => {
    const parameters = networkParameters(engine, network);
    const full = { ...batch, lengths: Uint32Array.of(4, 4) };
    const whole = network.predict(engine, parameters, full);
    const before = network.predict(engine, parameters, positionsOf(full, 0, 2));
    const state = Float32Array.from(valuesOf(before.state!));
    const behind = network.predict(engine, parameters, { ...positionsOf(full, 2, 4), state });
    const rows = engine.gather(whole.logits, engine.placeIndices(Int32Array.of(2, 3, 6, 7)));
    expect(valuesOf(behind.logits)).toEqual(close(valuesOf(rows), 6)); // the state is rounded to single precision
    expect(valuesOf(behind.state!)).toEqual(close(valuesOf(whole.state!), 6));
  });

  it.runIf(network.stateSize > 0)("has the state behind the last token of each row, whatever stands behind it", () => {
    const parameters = networkParameters(engine, network);
    const { state } = network.predict(engine, parameters, batch); // the second row has three tokens
    const other = { ...batch, ids: batch.ids.with(7, 9) };
    expect(valuesOf(network.predict(engine, parameters, other).state!)).toEqual(valuesOf(state!));
    const three = positionsOf(batch, 0, 3);
    const short = valuesOf(network.predict(engine, parameters, three).state!).slice(network.stateSize);
    expect(valuesOf(state!).slice(network.stateSize)).toEqual(close(short));
  });

  it("begins with values that depend on seed, name and place alone", () => {
    for (const form of network.forms) {
      const values = network.initial(form, 1);
      expect(values.length).toBe(neural.sizeOf(form.shape));
      expect(network.initial(form, 1)).toEqual(values);
      const isGain = /ln_\w\.weight$/.test(form.name);
      const most = network.looksAhead ? 2 : Math.fround(0.1); // elmo.test.ts has more of what varies from matrix to matrix
      expect(values.every((value) => (isGain ? value === 1 : Math.abs(value) <= most))).toBe(true);
      if (form.shape.length > 1) expect(network.initial(form, 2)).not.toEqual(values);
    }
  });

  it("lowers its loss, step by step", () => {
    const parameters = networkParameters(engine, network);
    const sums: number[] = [];
    for (let step = 0; step < 20; step++) {
      parameters.clearGradients();
      const { losses } = network.learn(neural.Tape.silent(engine, parameters), batch, 1);
      sums.push(valuesOf(losses).reduce((a, b) => a + b));
      learned(network, { ...batch, step }, parameters);
      parameters.adamW({ rate: 0.1, beta1: 0.9, beta2: 0.99, epsilon: 1e-8, decay: 0, step: step + 1 });
    }
    expect(sums.at(-1)!).toBeLessThan(sums[0]! / 2); // 7 places, 11 terms: 7 ln 11 = 16.8 at first
  });
});

describe("layers of rnnlm", () => {
  it("are the word vectors and what each layer makes of them, the last of which the output reads", () => {
    const network = networkCases["rnnlm lstm"]!();
    const batch = networkBatch(network, 0);
    const parameters = networkParameters(engine, network);
    let kept: neural.Tensor | undefined;
    const layers = network.layers!(engine, parameters, batch, (state) => {
      kept = state;
    });
    expect(layers.map(({ shape }) => shape)).toEqual([
      [8, 3],
      [8, 4],
      [8, 4],
    ]);
    expect(valuesOf(layers[0]!)).toEqual(
      valuesOf(engine.gather(parameters.tensor("vectors"), engine.placeIndices(batch.ids))),
    );
    const scores = engine.product(layers[2]!, parameters.tensor("output.weight"), { transposeB: true });
    const { logits, state } = network.predict(engine, parameters, batch);
    expect(valuesOf(engine.addToRows(scores, parameters.tensor("output.bias")))).toEqual(close(valuesOf(logits)));
    expect(valuesOf(kept!)).toEqual(valuesOf(state!));
  });
});

describe("steps", () => {
  it("of a mean loss are those of a loss summed over T times at T times the rate and a clipping T times lower", async () => {
    // Zaremba et al. 2014: rate 1 and clipping at 5 for a mean over rows alone; 20 and 0.25 for a mean of all places at T = 20. Here T = 4.
    const network = networkCases["rnnlm lstm"]!();
    const stepped = async (scale: number, rate: number, longest: number) => {
      const parameters = networkParameters(engine, network) as neural.ReferenceParameters;
      const tape = neural.Tape.recording(engine, parameters, SEED);
      network.learn(tape, networkBatch(network, 0), scale);
      tape.backward();
      const length = await neural.clipGradients(parameters, longest);
      expect(length).toBeGreaterThan(longest);
      parameters.sgd(rate);
      return [...parameters.values];
    };
    expect(await stepped(1 / 8, 4, 0.05)).toEqual(close(await stepped(1 / 2, 1, 0.2)));
  });

  it("of any length are taken with a clipping of 0, and a gradient that is not finite is not touched", async () => {
    const parameters = new neural.ReferenceParameters([{ name: "w", shape: [1, 2], decays: true }]);
    parameters.gradients.set([3, 4]);
    expect(await neural.clipGradients(parameters, 0)).toBe(5);
    expect([...parameters.gradients]).toEqual([3, 4]);
    expect(await neural.clipGradients(parameters, 10)).toBe(5);
    expect([...parameters.gradients]).toEqual([3, 4]);
    expect(await neural.clipGradients(parameters, 1)).toBe(5);
    expect([...parameters.gradients]).toEqual([3 / 5, 4 / 5].map((value) => expect.closeTo(value, 12)));
    parameters.gradients.set([Infinity, 1]);
    expect(await neural.clipGradients(parameters, 1)).toBe(Infinity);
    expect([...parameters.gradients]).toEqual([Infinity, 1]);
  });
});

it("refuses tied tables of different widths", () => {
  const options = {
    terms: 5,
    vectorSize: 3,
    hiddenSize: 4,
    layers: 1,
    cell: "lstm",
    dropout: 0,
    tied: true,
    initialRange: 0.1,
  } as const;
  expect(() => neural.rnnlm(options)).toThrow(
    new RangeError("rnnlm: vectorSize must be hiddenSize where tables are tied, got 3 and 4"),
  );
});
