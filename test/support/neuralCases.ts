import { neural } from "#kernels";

/** What test/reference/neural.py computes with PyTorch, here by the layers and networks of the package. */

/** The same numbers as those of neural.py: multiples of 1/64, so that single precision holds them, too. */
export function numbers(shape: readonly number[], k: number): Float32Array {
  const length = shape.reduce((size, part) => size * part, 1);
  return Float32Array.from({ length }, (_, i) => (((37 * i + 11 * k + ((i * i) % 13)) % 41) - 20) / 64);
}

export interface LayerCase {
  /** Shapes of what flows in: filled with numbers(shape, 0), numbers(shape, 1) ... */
  readonly inputs: readonly (readonly number[])[];
  /** Shapes of the parameters: filled with numbers(shape, 10), numbers(shape, 11) ... */
  readonly parameters?: Readonly<Record<string, readonly number[]>>;
  run(tape: neural.Tape, inputs: readonly neural.Flow[]): neural.Flow;
}

type Run = (tape: neural.Tape, ...inputs: neural.Flow[]) => neural.Flow;

function layer(inputs: readonly (readonly number[])[], run: Run, parameters?: LayerCase["parameters"]): LayerCase {
  return { inputs, run: (tape, flows) => run(tape, ...flows), ...(parameters && { parameters }) };
}

const ids = (tape: neural.Tape) => tape.engine.placeIndices(Int32Array.of(2, 0, 2, 4));
const curve = (kind: neural.Activation) =>
  layer([[5, 5]], (tape, x) => neural.activation(tape, kind, neural.scaled(tape, x!, 16)));
const attention = (options: (tape: neural.Tape) => Partial<neural.AttentionOptions>) =>
  layer([[6, 12]], (tape, x) =>
    neural.attention(tape, neural.scaled(tape, x!, 8), { heads: 2, sequences: 2, causal: false, ...options(tape) }),
  );
const recurrent = (cell: neural.RecurrentCell, withCell: boolean) =>
  layer(
    [[6, 3]],
    (tape, x) => {
      const state = (k: number) => tape.engine.place(numbers([2, 4], k), [2, 4]);
      const begin = withCell ? { hidden: state(50), cell: state(51) } : { hidden: state(50) };
      return neural.recurrent(tape, x!, cell, "r", begin).hidden;
    },
    { "r.input": [3, 4 * cell.gates], "r.recurrent": [4, 4 * cell.gates], "r.bias": [4 * cell.gates] },
  );
/** A block of width 4, with 6 numbers between its layers. */
const block = (projections: readonly string[], kind: neural.BlockKind, options: Partial<neural.AttentionOptions>) => {
  const names = { projections, attended: "a.out", attentionNorm: "a.norm", widened: "b.up", narrowed: "b.down" };
  const all = { ...names, outputNorm: "b.norm" };
  const forms = neural.transformerBlockForms(all, kind, { width: 4, inner: 6 });
  return (lengths?: readonly number[]) =>
    layer(
      [[6, 4]],
      (tape, x) => {
        const held = lengths && { lengths: tape.engine.placeIndices(Int32Array.from(lengths)) };
        const looked = { heads: 2, sequences: 2, causal: false, ...options, ...held };
        const attend = (qkv: neural.Flow) => neural.attention(tape, qkv, looked);
        return neural.transformerBlock(tape, x!, all, kind, { attend, dropped: (of) => of });
      },
      Object.fromEntries(forms.map(({ name, shape }) => [name, shape])),
    );
};
const convolved = (tape: neural.Tape, x: neural.Flow, width: number) =>
  neural.maxOfGroups(tape, neural.linear(tape, neural.windows(tape, x, 4, width), "w", { bias: "b" }), 4 - width + 1);

/** By their names in neural.json. */
export const layerCases: Readonly<Record<string, LayerCase>> = {
  sum: layer(
    [
      [2, 3],
      [2, 3],
    ],
    (tape, a, b) => neural.sum(tape, a!, b!),
  ),
  productOfNumbers: layer(
    [
      [2, 3],
      [2, 3],
    ],
    (tape, a, b) => neural.productOfNumbers(tape, a!, b!),
  ),
  scaled: layer([[2, 3]], (tape, a) => neural.scaled(tape, a!, 0.75)),
  reshaped: layer([[2, 3]], (tape, a) => neural.reshaped(tape, a!, [3, 2])),
  rowsOf: layer([[4, 2]], (tape, a) => neural.rowsOf(tape, a!, 1, 3)),
  columnsOf: layer([[2, 4]], (tape, a) => neural.columnsOf(tape, a!, 1, 3)),
  joinedRows: layer(
    [
      [1, 3],
      [2, 3],
    ],
    (tape, ...parts) => neural.joinedRows(tape, parts),
  ),
  joinedColumns: layer(
    [
      [2, 1],
      [2, 3],
    ],
    (tape, ...parts) => neural.joinedColumns(tape, parts),
  ),
  gathered: layer([[5, 3]], (tape, a) => neural.gathered(tape, a!, ids(tape))),
  spread: layer([[4, 3]], (tape, a) => neural.spread(tape, a!, tape.engine.placeIndices(Int32Array.of(5, 0, 1, 3)), 6)),
  groupMeans: layer([[5, 3]], (tape, a) => neural.groupMeans(tape, a!, Int32Array.of(2, 0, -1, -1, 0), 3)),
  layerMix: layer(
    [0, 1, 2].map(() => [2, 3]),
    (tape, ...layers) => neural.layerMix(tape, layers, "m"),
    {
      "m.weights": [1, 3],
      "m.gamma": [1, 1],
    },
  ),
  pairFeatures: layer([[4, 3]], (tape, a) => neural.pairFeatures(tape, a!)),
  "pairFeatures of a layerMix": layer(
    [
      [4, 3],
      [4, 3],
    ],
    (tape, ...layers) =>
      neural.linear(tape, neural.pairFeatures(tape, neural.layerMix(tape, layers, "m")), "w", {
        bias: "b",
        rowsAreOutputs: true,
      }),
    { "m.weights": [1, 2], "m.gamma": [1, 1], w: [2, 12], b: [2] },
  ),
  embedding: layer([], (tape) => neural.embedding(tape, "table", ids(tape)), { table: [5, 3] }),
  linear: layer([[3, 4]], (tape, x) => neural.linear(tape, x!, "w", { bias: "b" }), { w: [4, 5], b: [5] }),
  "linear of rows": layer([[3, 4]], (tape, x) => neural.linear(tape, x!, "w", { bias: "b", rowsAreOutputs: true }), {
    w: [5, 4],
    b: [5],
  }),
  "linear without bias": layer([[3, 4]], (tape, x) => neural.linear(tape, x!, "w"), { w: [4, 5] }),
  layerNorm: layer([[3, 5]], (tape, x) => neural.layerNorm(tape, x!, "n"), { "n.weight": [5], "n.bias": [5] }),
  tanh: curve("tanh"),
  sigmoid: curve("sigmoid"),
  relu: curve("relu"),
  gelu: curve("gelu"),
  geluTanh: curve("geluTanh"),
  dropout: layer([[6, 5]], (tape, x) => neural.dropout(tape, x!, 0.4, { purpose: 3, step: 5, firstRow: 2 })),
  "simple recurrent": recurrent(neural.simpleCell(), false),
  lstm: recurrent(neural.lstmCell, true),
  attention: attention(() => ({})),
  "causal attention": attention(() => ({ causal: true })),
  "attention within lengths": attention(({ engine }) => ({
    heads: 1,
    lengths: engine.placeIndices(Int32Array.of(3, 2)),
  })),
  "character convolution": layer([[8, 3]], (tape, x) => convolved(tape, x!, 2), { w: [6, 5], b: [5] }),
  "transformer block, norm before": block(
    ["a.qkv"],
    { norm: "before", activation: "geluTanh", epsilon: 1e-5, rowsAreOutputs: false },
    { causal: true },
  )(),
  "transformer block, norm after": block(
    ["q", "k", "v"],
    { norm: "after", activation: "gelu", epsilon: 1e-12, rowsAreOutputs: true },
    {},
  )([3, 2]),
  "maxOfGroups of equal ones": layer([[4, 3]], (tape, x) => {
    const same: neural.Flow = { tensor: tape.engine.place(numbers([4, 3], 0), [4, 3]) };
    const twice = tape.engine.placeIndices(Int32Array.of(0, 4, 1, 5, 6, 2, 7, 3));
    return neural.maxOfGroups(tape, neural.gathered(tape, neural.joinedRows(tape, [x!, same]), twice), 4);
  }),
};

/** A seed of all draws, the rows and positions of the batch, and what multiplies the gradient. */
export const SEED = 7;
export const SCALE = 0.25;
const TERMS = 11;
const ROWS = 2;
const LENGTH = 4;

/** The batch that networks learn from; the last place of the second row is empty. */
export function networkBatch(network: neural.Network, step: number): neural.NetworkBatch {
  const places = ROWS * LENGTH;
  const shape = [ROWS, network.stateSize];
  return {
    rows: ROWS,
    length: LENGTH,
    ids: Uint32Array.from({ length: places }, (_, i) => (5 * i + 3) % TERMS),
    targets: Int32Array.from({ length: places }, (_, i) => (i < places - 1 ? (7 * i + 1) % TERMS : -1)),
    lengths: Uint32Array.of(LENGTH, LENGTH - 1),
    firstRow: 3,
    step,
    ...(network.stateSize > 0 && { state: network.stateSize === 2 ? Float32Array.of(0, 0, 3, 6) : numbers(shape, 50) }),
  };
}

const words: neural.NnlmOptions = {
  terms: TERMS,
  contextSize: 3,
  vectorSize: 3,
  hiddenSize: 4,
  direct: false,
  dropout: 0,
  initialRange: 0.1,
};
const lstm: neural.RnnlmOptions = {
  terms: TERMS,
  vectorSize: 3,
  hiddenSize: 4,
  layers: 1,
  cell: "lstm",
  dropout: 0,
  tied: false,
  initialRange: 0.1,
};

const gpt: neural.GptOptions = {
  terms: TERMS,
  positions: 5,
  layers: 2,
  heads: 2,
  vectorSize: 4,
  innerSize: 8,
  dropout: 0,
  activation: "geluTanh",
  epsilon: 1e-5,
};

const bothWays: neural.ElmoOptions = {
  terms: ["</s>", "<unk>", "a", "bank", "cat", "猫", "apple", "aa", "bb", "abcdefghijk", "é"],
  maxCharacters: 8,
  characterSize: 2,
  filters: [
    { width: 1, count: 2 },
    { width: 2, count: 3 },
    { width: 3, count: 2 },
  ],
  highways: 1,
  vectorSize: 3,
  hiddenSize: 4,
  layers: 2,
  dropout: 0,
};

/** By their names in neural.json. */
export const networkCases: Readonly<Record<string, () => neural.Network>> = {
  nnlm: () => neural.nnlm(words),
  "nnlm direct": () => neural.nnlm({ ...words, direct: true, dropout: 0.5 }),
  "rnnlm simple": () => neural.rnnlm({ ...lstm, cell: "simple" }),
  "rnnlm lstm": () => neural.rnnlm({ ...lstm, layers: 2 }),
  "rnnlm dropout": () => neural.rnnlm({ ...lstm, layers: 2, dropout: 0.5 }),
  "rnnlm tied": () => neural.rnnlm({ ...lstm, vectorSize: 4, tied: true }),
  "rnnlm classes": () => neural.rnnlm({ ...lstm, output: { kind: "classes", starts: Uint32Array.of(0, 1, 4) } }),
  elmo: () => neural.elmo(bothWays),
  "elmo dropout": () => neural.elmo({ ...bothWays, dropout: 0.2 }),
  "rnnlm sampled": () => neural.rnnlm({ ...lstm, output: { kind: "sampled", candidates: 4 } }),
  gpt: () => neural.gpt(gpt),
  "gpt dropout": () => neural.gpt({ ...gpt, dropout: 0.25 }),
};

/** Parameters of a network with the numbers of neural.py. */
export function networkParameters(engine: neural.Engine, network: neural.Network): neural.Parameters {
  const parameters = engine.parameters(network.forms);
  parameters.write("values", Float32Array.from(network.forms.flatMap(({ shape }, k) => [...numbers(shape, 10 + k)])));
  return parameters;
}
