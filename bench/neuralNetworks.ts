import { neural } from "../kernels/index.js";

/** A network of bench/neural.ts, and the batches that it steps by. bench/neural.py makes the same of PyTorch. */
export interface BenchNetwork {
  readonly make: () => neural.Network;
  readonly rows: number;
  readonly length: number;
  readonly terms: number;
}

/** `width` of its vectors, `length` of its rows. */
export interface GptSizes {
  readonly terms: number;
  readonly width: number;
  readonly layers: number;
  readonly heads: number;
  readonly length: number;
}

const initialRange = 0.05;
const gpt: GptSizes = { terms: 4000, width: 128, layers: 4, heads: 4, length: 128 };

export const benchNetworks: Readonly<Record<string, BenchNetwork>> = {
  nnlm: {
    ...{ rows: 16, length: 16, terms: 10000 },
    make: () =>
      neural.nnlm({
        ...{ terms: 10000, contextSize: 4, vectorSize: 100, hiddenSize: 100, direct: false, dropout: 0, initialRange },
      }),
  },
  lstm: {
    ...{ rows: 20, length: 20, terms: 10000 },
    make: () =>
      neural.rnnlm({
        ...{ terms: 10000, vectorSize: 200, hiddenSize: 200, layers: 2, cell: "lstm" },
        ...{ dropout: 0, tied: false, initialRange },
      }),
  },
  gpt: { rows: 8, length: gpt.length, terms: gpt.terms, make: () => gptStack(gpt) },
};

export function benchBatch({ rows, length, terms }: BenchNetwork, stateSize: number, step: number): neural.StepBatch {
  const places = rows * length;
  return {
    ...{ rows, length, step },
    ids: Uint32Array.from({ length: places }, (_, i) => (7919 * i + 31 * step) % terms),
    targets: Int32Array.from({ length: places }, (_, i) => (104729 * i + 17 * step) % terms),
    lengths: new Uint32Array(rows).fill(length),
    ...(stateSize > 0 && { state: new Float32Array(rows * stateSize) }),
  };
}

/** Blocks with normalisation before attention and before the two layers between them, as GPT-2 has; the output's table is that of the ids. */
export function gptStack({ terms, width, layers, heads, length }: GptSizes): neural.Network {
  const names = Array.from({ length: layers }, (_, layer) => `h.${layer}`);
  const matrix = (name: string, ...shape: number[]): neural.ParameterForm => ({ name, shape, decays: true });
  const vector = (name: string, size: number): neural.ParameterForm => ({ name, shape: [size], decays: false });
  const norm = (name: string) => [vector(`${name}.weight`, width), vector(`${name}.bias`, width)];
  const linear = (name: string, inputs: number, outputs: number) => [
    matrix(`${name}.weight`, inputs, outputs),
    vector(`${name}.bias`, outputs),
  ];
  const forms = [
    matrix("ids", terms, width),
    matrix("places", length, width),
    ...names.flatMap((name) => [
      ...norm(`${name}.norm1`),
      ...linear(`${name}.qkv`, width, 3 * width),
      ...linear(`${name}.mix`, width, width),
      ...norm(`${name}.norm2`),
      ...linear(`${name}.up`, width, 4 * width),
      ...linear(`${name}.down`, 4 * width, width),
    ]),
    ...norm("norm"),
  ];

  function block(tape: neural.Tape, x: neural.Flow, name: string, sequences: number): neural.Flow {
    const through = (from: neural.Flow, part: string) =>
      neural.linear(tape, from, `${name}.${part}.weight`, { bias: `${name}.${part}.bias` });
    const qkv = through(neural.layerNorm(tape, x, `${name}.norm1`), "qkv");
    const looked = neural.attention(tape, qkv, { heads, sequences, causal: true });
    const mixed = neural.sum(tape, x, through(looked, "mix"));
    const up = through(neural.layerNorm(tape, mixed, `${name}.norm2`), "up");
    return neural.sum(tape, mixed, through(neural.activation(tape, "geluTanh", up), "down"));
  }

  return {
    forms,
    stateSize: 0,
    vectors: "ids",
    initial: (form, seed) =>
      /norm\d?\.weight$/.test(form.name)
        ? new Float32Array(width).fill(1)
        : neural.uniformValues(form, seed, form.shape.length > 1 ? initialRange : 0),
    learn(tape, batch, scale) {
      const { engine } = tape;
      const places = Uint32Array.from(batch.ids, (_, i) => i % batch.length);
      const ids = neural.embedding(tape, "ids", engine.placeIndices(batch.ids));
      let x = neural.sum(tape, ids, neural.embedding(tape, "places", engine.placeIndices(places)));
      for (const name of names) x = block(tape, x, name, batch.rows);
      const logits = neural.linear(tape, neural.layerNorm(tape, x, "norm"), "ids", { rowsAreOutputs: true });
      return { losses: neural.crossEntropy(tape, logits, engine.placeIndices(batch.targets), scale) };
    },
    predict() {
      throw new Error("bench/neural: the stack of GPT is only learned");
    },
  };
}
