import type { Engine, Indices, ParameterForm, Tensor } from "../engine.js";
import { uniformValues } from "../initialValues.js";
import { dropoutOfTimes } from "../layers/dropout.js";
import { embedding } from "../layers/embedding.js";
import { recurrent, recurrentForms } from "../layers/recurrent.js";
import { type CellState, lstmCell, simpleCell } from "../layers/recurrentCells.js";
import { gathered } from "../layers/shaping.js";
import type { Network, NetworkBatch } from "../network.js";
import { type OutputChoice, outputOf } from "../outputs/outputOf.js";
import { silentLayers } from "../silentLayers.js";
import { type Flow, Tape } from "../tape.js";
import { behindRows } from "./behindRows.js";

export interface RnnlmOptions {
  readonly terms: number;
  readonly vectorSize: number;
  readonly hiddenSize: number;
  readonly layers: number;
  readonly cell: "simple" | "lstm";
  /** Share of the numbers between layers that is dropped in learning, never of those from position to position. */
  readonly dropout: number;
  /** Whether the word vectors are the output's table, too; their size is then that of the hidden layer. */
  readonly tied: boolean;
  /** First weights and biases are uniform in -range .. range. */
  readonly initialRange: number;
  readonly output?: OutputChoice;
}

/**
 * The recurrent language model: simple cells (Mikolov et al. 2010) or LSTM with dropout on what is not recurrent (Zaremba et al. 2014,
 * arXiv:1409.2329). Gradients end at the beginning of a row; its state goes on into the next one. Zaremba's rate of 1 and clipping at 5 are for
 * a loss summed over 20 positions: for a mean of all losses, that is a rate of 20 and clipping at 0.25.
 *
 * Parameters: `vectors` (V x D), `layer.0.input`, `.recurrent`, `.bias` ..., and those of the output. State of a row: hidden, and cell, of each
 * layer.
 */
export function rnnlm(options: RnnlmOptions): Network {
  const { terms, vectorSize, hiddenSize, layers, tied, initialRange } = options;
  if (tied && vectorSize !== hiddenSize) {
    throw new RangeError(
      `rnnlm: vectorSize must be hiddenSize where tables are tied, got ${vectorSize} and ${hiddenSize}`,
    );
  }
  const cell = options.cell === "lstm" ? lstmCell : simpleCell();
  const output = outputOf({ terms, inputs: hiddenSize, ...(tied && { tied: "vectors" }) }, options.output);
  const names = Array.from({ length: layers }, (_, layer) => `layer.${layer}`);
  const stateSize = layers * cell.states * hiddenSize;
  const forms: ParameterForm[] = [
    { name: "vectors", shape: [terms, vectorSize], decays: true },
    ...names.flatMap((name, layer) => recurrentForms(name, cell, layer === 0 ? vectorSize : hiddenSize, hiddenSize)),
    ...output.forms,
  ];

  /** The vectors, and the hidden numbers of each layer, position after position (places x D or H), and the state behind each row. */
  function run(
    tape: Tape,
    batch: Omit<NetworkBatch, "targets">,
  ): { readonly layers: readonly Flow[]; readonly state: Tensor } {
    const { engine } = tape;
    const { rows, length, firstRow, step } = batch;
    const begin = engine.place(batch.state ?? new Float32Array(rows * stateSize), [rows, stateSize]);
    const dropped = (x: Flow, purpose: number) =>
      dropoutOfTimes(tape, x, options.dropout, { purpose, layers: layers + 1, times: length, step, firstRow });
    let x = dropped(embedding(tape, "vectors", timesFirst(engine, batch.ids, rows, length)), 0);
    const outputs = [x];
    const ends: Tensor[] = [];
    for (const [layer, name] of names.entries()) {
      const before = stateOf(engine, begin, layer);
      const { hidden, states } = recurrent(tape, x, cell, name, before);
      ends.push(...behindRows(engine, batch, [before, ...states]));
      x = dropped(hidden, layer + 1);
      outputs.push(x);
    }
    return { layers: outputs, state: engine.joinColumns(ends) };
  }

  /** What the output reads, row after row (places x H), and the state behind each row. */
  function outcome(tape: Tape, batch: NetworkBatch): { readonly hidden: Flow; readonly state: Tensor } {
    const { layers: outputs, state } = run(tape, batch);
    return { hidden: gathered(tape, outputs.at(-1)!, rowsFirst(tape.engine, batch.rows, batch.length)), state };
  }

  function stateOf(engine: Engine, begin: Tensor, layer: number): CellState {
    const first = layer * cell.states * hiddenSize;
    const part = (i: number) => engine.columns(begin, first + i * hiddenSize, first + (i + 1) * hiddenSize);
    return cell.states === 1 ? { hidden: part(0) } : { hidden: part(0), cell: part(1) };
  }

  function hiddenOf(tape: Tape, batch: Omit<NetworkBatch, "targets">, keep?: (state: Tensor) => void): readonly Flow[] {
    const { layers: outputs, state } = run(tape, batch);
    keep?.(state);
    const places = rowsFirst(tape.engine, batch.rows, batch.length);
    return outputs.map((output) => gathered(tape, output, places));
  }

  return {
    forms,
    stateSize,
    vectors: "vectors",
    initial: (form, seed) => uniformValues(form, seed, initialRange),
    learn(tape, batch, scale) {
      const { hidden, state } = outcome(tape, batch);
      const { targets, step } = batch;
      return { losses: output.losses(tape, hidden, { targets, scale, step }), state };
    },
    predict(engine, parameters, batch) {
      const tape = Tape.silent(engine, parameters);
      const { hidden, state } = outcome(tape, { ...batch, targets: NONE, step: 0 });
      return { logits: output.logits(tape, hidden), state };
    },
    layerSizes: [vectorSize, ...names.map(() => hiddenSize)],
    hidden: hiddenOf,
    layers: silentLayers(hiddenOf),
  };
}

const NONE = new Int32Array(0);

/** Position after position, each of all rows. */
function timesFirst(engine: Engine, ids: Uint32Array, rows: number, length: number): Indices {
  return engine.placeIndices(
    Uint32Array.from({ length: rows * length }, (_, i) => ids[(i % rows) * length + Math.floor(i / rows)]!),
  );
}

/** Where the places of rows, one row after another, stand where positions follow each other. */
function rowsFirst(engine: Engine, rows: number, length: number): Indices {
  return engine.placeIndices(
    Int32Array.from({ length: rows * length }, (_, i) => (i % length) * rows + Math.floor(i / length)),
  );
}
