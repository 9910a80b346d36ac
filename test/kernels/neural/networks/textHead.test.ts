import { describe, expect, it } from "vitest";
import { neural } from "#kernels";
import { networkCases, networkParameters, SEED } from "../../../support/neuralCases.js";

const engine = neural.referenceEngine();
const head = { classes: 3, layers: "mix", texts: 1, dropout: 0, freeze: false } as const;
const bert = () =>
  neural.bert({
    ...{ terms: 6, positions: 4, layers: 2, heads: 2, vectorSize: 4, innerSize: 8, dropout: 0 },
    ...{ activation: "gelu", epsilon: 1e-12, segments: 2, nextSentence: false },
  });
const bases = { gpt: networkCases.gpt!, bert, rnnlm: networkCases["rnnlm lstm"]!, elmo: networkCases.elmo! };
const numbersOf = (tensor: neural.Tensor) => [...(tensor as neural.ReferenceTensor).values];

/** Two texts of four places and of three, of which the last two and all are pooled. */
const rows: readonly (readonly neural.MarkedText[])[] = [
  [{ ids: Uint32Array.of(1, 4, 2, 3), marks: Uint8Array.of(1, 1, 2, 2) }],
  [{ ids: Uint32Array.of(5, 3, 1), marks: Uint8Array.of(2, 2, 2) }],
];
const batch = {
  ...neural.batchOfTexts(rows),
  ...{ step: 0, firstRow: 0, labels: Int32Array.of(2, 0), labelScale: 0.5 },
};

describe.each(Object.entries(bases))("over %s", (_, make) => {
  const base = make();

  it("has gradients that equal differences of the loss, along a direction in each parameter", () => {
    const network = neural.textHead(base, head);
    const parameters = networkParameters(engine, network) as neural.ReferenceParameters;
    const loss = () =>
      0.5 *
      numbersOf(network.learn(neural.Tape.silent(engine, parameters), batch, 0).labelLosses!).reduce((a, b) => a + b);
    const tape = neural.Tape.recording(engine, parameters, SEED);
    network.learn(tape, batch, 0);
    tape.backward();
    const step = 2 ** -14;
    let from = 0;
    for (const { name: parameter, shape } of network.forms) {
      const to = from + neural.sizeOf(shape);
      const direction = Array.from({ length: to - from }, (_, i) => (((5 * i + 3) % 7) - 3) / 3);
      const slope = direction.reduce((sum, part, i) => sum + part * parameters.gradients[from + i]!, 0);
      const move = (by: number) => {
        for (const [i, part] of direction.entries()) parameters.values[from + i]! += by * part;
      };
      move(step);
      const above = loss();
      move(-2 * step);
      const below = loss();
      move(step);
      expect((above - below) / (2 * step), parameter).toBeCloseTo(slope, 6);
      from = to;
    }
  });

  it("tells the same of texts that are read before", async () => {
    const network = neural.textHead(base, head);
    const values = await networkParameters(engine, network).read("values");
    const count = base.forms.reduce((sum, { shape }) => sum + neural.sizeOf(shape), 0);
    const reader = new neural.PooledReader(base, engine, Float32Array.from(values.subarray(0, count)));
    const features = Float32Array.from((await reader.read(rows, head)).flatMap((each) => [...each]));
    const logitsOf = (freeze: boolean) => {
      const made = neural.textHead(base, { ...head, freeze });
      const parameters = engine.parameters(made.forms);
      parameters.write("values", freeze ? values.slice(count) : values);
      return numbersOf(made.predict(engine, parameters, { ...batch, ...(freeze && { features }) }).logits);
    };
    const whole = logitsOf(false);
    expect(logitsOf(true)).toEqual(whole.map((logit) => expect.closeTo(logit, 6)));
  });
});

it("compares the two texts of a row with each other", () => {
  const base = bert();
  const network = neural.textHead(base, { ...head, texts: 2, classes: 2 });
  const parameters = networkParameters(engine, network);
  const pairs = { ...neural.batchOfTexts([[rows[0]![0]!, rows[1]![0]!]]), firstRow: 0, step: 0 };
  const { logits } = network.predict(engine, parameters, pairs);
  expect(logits.shape).toEqual([1, 2]);
  const pooled = neural.pooledLayers(neural.Tape.silent(engine, parameters), base, pairs, { layers: "last", texts: 2 });
  const alone = neural.pooledLayers(neural.Tape.silent(engine, parameters), base, batch, { layers: "last", texts: 1 });
  expect(numbersOf(pooled[0]!.tensor)).toEqual(numbersOf(alone[0]!.tensor).map((value) => expect.closeTo(value, 12)));
});
