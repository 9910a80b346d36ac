import type { ParameterForm } from "../engine.js";
import { uniformValues } from "../initialValues.js";
import { activation } from "../layers/activation.js";
import { dropout } from "../layers/dropout.js";
import { embedding } from "../layers/embedding.js";
import { linear } from "../layers/linear.js";
import { joinedColumns, reshaped } from "../layers/shaping.js";
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
  /** The id that stands before the beginning of a row, as of the end of a sentence. */
  readonly padding: number;
  /** Share of the hidden numbers that is dropped in learning. */
  readonly dropout: number;
  /** First weights are uniform in -range .. range; biases are 0. */
  readonly initialRange: number;
  readonly output?: OutputChoice;
}

const DROPOUT = 0;

/**
 * The neural probabilistic language model: softmax(b + U tanh(d + H x) + W x), where x are the vectors C of the terms before beside each other
 * (Bengio et al. 2003, JMLR 3, section 2). The n-grams are a view of a row: place t predicts from the ids at t - contextSize + 1 .. t. U and W
 * are one table, a row a term, which reads tanh(...) and x beside each other.
 *
 * Parameters: `vectors` (V x D), `hidden.weight` (contextSize D x H), `hidden.bias` (H,), and those of the output. No state.
 */
export function nnlm(options: NnlmOptions): Network {
  const { terms, contextSize, vectorSize, hiddenSize, direct, padding, initialRange } = options;
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
    const ids = tape.engine.placeIndices(contextsOf(batch.ids, rows, length, contextSize, padding));
    const x = reshaped(tape, embedding(tape, "vectors", ids), [rows * length, read]);
    const hidden = activation(tape, "tanh", linear(tape, x, "hidden.weight", { bias: "hidden.bias" }));
    const draw = { purpose: DROPOUT, step, firstRow: firstRow * length };
    const kept = dropout(tape, hidden, options.dropout, draw);
    return direct ? joinedColumns(tape, [kept, x]) : kept;
  }

  return {
    forms,
    stateSize: 0,
    vectors: "vectors",
    initial: (form, seed) => uniformValues(form, seed, form.shape.length > 1 ? initialRange : 0),
    learn: (tape, batch, scale) => {
      const { targets, step } = batch;
      return { losses: output.losses(tape, hiddenOf(tape, batch), { targets, scale, step }) };
    },
    predict(engine, parameters, batch) {
      const tape = Tape.silent(engine, parameters);
      return { logits: output.logits(tape, hiddenOf(tape, { ...batch, targets: NONE, step: 0 })) };
    },
  };
}

const NONE = new Int32Array(0);

/** The ids that each place predicts from, the oldest first: (places x size,). */
function contextsOf(ids: Uint32Array, rows: number, length: number, size: number, padding: number): Uint32Array {
  const contexts = new Uint32Array(rows * length * size);
  for (let row = 0; row < rows; row++) {
    for (let t = 0; t < length; t++) {
      for (let i = 0; i < size; i++) {
        const from = t - size + 1 + i;
        contexts[(row * length + t) * size + i] = from < 0 ? padding : ids[row * length + from]!;
      }
    }
  }
  return contexts;
}
