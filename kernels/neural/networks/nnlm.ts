import type { Engine, ParameterForm, Tensor } from "../engine.js";
import { uniformValues } from "../initialValues.js";
import { activation } from "../layers/activation.js";
import { dropout } from "../layers/dropout.js";
import { embedding } from "../layers/embedding.js";
import { linear } from "../layers/linear.js";
import { joinedColumns, reshaped, spread } from "../layers/shaping.js";
import type { Network, NetworkBatch } from "../network.js";
import { type OutputChoice, outputOf } from "../outputs/outputOf.js";
import { type Flow, Tape } from "../tape.js";

export interface NnlmOptions {
  readonly terms: number;
  /** Terms that are read to predict the next one: n - 1 of an n-gram. */
  readonly contextSize: number;
  readonly vectorSize: number;
  readonly hiddenSize: number;
  /** Whether the output also reads the vectors themselves. */
  readonly direct: boolean;
  /** Share of the hidden numbers that is dropped in learning. */
  readonly dropout: number;
  /** First weights are uniform in -range .. range; biases are 0. */
  readonly initialRange: number;
  readonly output?: OutputChoice;
}

const DROPOUT = 0;

/**
 * The neural probabilistic language model: softmax(b + U tanh(d + H x) + W x), where x are the vectors C of the terms before beside each other
 * (Bengio et al. 2003, JMLR 3, section 2). The n-grams are a view of a row: place t predicts from the ids at t - contextSize + 1 .. t. Before the
 * beginning of a text stand vectors of zeros. U and W are one table, a row a term, which reads tanh(...) and x beside each other.
 *
 * Parameters: `vectors` (V x D), `hidden.weight` (contextSize D x H), `hidden.bias` (H,), and those of the output. State of a row: the last
 * contextSize - 1 ids, each + 1, so that 0 is none.
 */
export function nnlm(options: NnlmOptions): Network {
  const { terms, contextSize, vectorSize, hiddenSize, direct, initialRange } = options;
  const read = contextSize * vectorSize;
  const output = outputOf({ terms, inputs: hiddenSize + (direct ? read : 0) }, options.output);
  const forms: ParameterForm[] = [
    { name: "vectors", shape: [terms, vectorSize], decays: true },
    { name: "hidden.weight", shape: [read, hiddenSize], decays: true },
    { name: "hidden.bias", shape: [hiddenSize], decays: false },
    ...output.forms,
  ];

  /** What the output reads: (places x inputs). */
  function hiddenOf(tape: Tape, batch: NetworkBatch): Flow {
    const { rows, length, firstRow, step } = batch;
    const x = vectorsOf(tape, contextsOf(batch, contextSize), [rows * length, read]);
    const hidden = activation(tape, "tanh", linear(tape, x, "hidden.weight", { bias: "hidden.bias" }));
    const draw = { purpose: DROPOUT, step, firstRow: firstRow * length };
    const kept = dropout(tape, hidden, options.dropout, draw);
    return direct ? joinedColumns(tape, [kept, x]) : kept;
  }

  return {
    forms,
    stateSize: contextSize - 1,
    vectors: "vectors",
    initial: (form, seed) => uniformValues(form, seed, form.shape.length > 1 ? initialRange : 0),
    learn(tape, batch, scale) {
      const { targets, step } = batch;
      const losses = output.losses(tape, hiddenOf(tape, batch), { targets, scale, step });
      return { losses, ...stateBehind(tape.engine, batch, contextSize - 1) };
    },
    predict(engine, parameters, batch) {
      const tape = Tape.silent(engine, parameters);
      const whole = { ...batch, targets: NONE, step: 0 };
      return { logits: output.logits(tape, hiddenOf(tape, whole)), ...stateBehind(engine, whole, contextSize - 1) };
    },
  };
}

const NONE = new Int32Array(0);

/** Ids of a row and those before it, each + 1. */
function rowWithState({ ids, length, state }: NetworkBatch, row: number, size: number): Uint32Array {
  const whole = new Uint32Array(size + length);
  if (state !== undefined) whole.set(state.subarray(row * size, (row + 1) * size));
  for (let t = 0; t < length; t++) whole[size + t] = ids[row * length + t]! + 1;
  return whole;
}

/** The ids that each place predicts from, the oldest first, each + 1: (places x size,). */
function contextsOf(batch: NetworkBatch, size: number): Uint32Array {
  const { rows, length } = batch;
  const contexts = new Uint32Array(rows * length * size);
  for (let row = 0; row < rows; row++) {
    const whole = rowWithState(batch, row, size - 1);
    for (let t = 0; t < length; t++) contexts.set(whole.subarray(t, t + size), (row * length + t) * size);
  }
  return contexts;
}

/** The vectors of contexts beside each other, zeros where there is no term. */
function vectorsOf(tape: Tape, contexts: Uint32Array, shape: readonly [number, number]): Flow {
  const { engine } = tape;
  const held = Int32Array.from(contexts.keys()).filter((place) => contexts[place]! > 0);
  const ids = held.map((place) => contexts[place]! - 1);
  const vectors = embedding(tape, "vectors", engine.placeIndices(ids));
  const whole = held.length === contexts.length;
  return reshaped(tape, whole ? vectors : spread(tape, vectors, engine.placeIndices(held), contexts.length), shape);
}

/** The ids before the next row: those behind the last token of each. */
function stateBehind(engine: Engine, batch: NetworkBatch, size: number): { readonly state?: Tensor } {
  if (size === 0) return {};
  const states = new Float32Array(batch.rows * size);
  for (let row = 0; row < batch.rows; row++) {
    const tokens = batch.lengths[row]!;
    states.set(rowWithState(batch, row, size).subarray(tokens, tokens + size), row * size);
  }
  return { state: engine.place(states, [batch.rows, size]) };
}
