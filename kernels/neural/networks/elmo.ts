import type { Engine, ParameterForm, Tensor } from "../engine.js";
import { uniformValues } from "../initialValues.js";
import { activation } from "../layers/activation.js";
import { sum } from "../layers/arithmetic.js";
import { maxOfGroups, windows } from "../layers/convolution.js";
import { dropoutOfTimes } from "../layers/dropout.js";
import { embedding } from "../layers/embedding.js";
import { highway, highwayForms } from "../layers/highway.js";
import { linear } from "../layers/linear.js";
import { recurrent, recurrentForms } from "../layers/recurrent.js";
import { type CellState, lstmCell } from "../layers/recurrentCells.js";
import { gathered, joinedColumns } from "../layers/shaping.js";
import type { Network, NetworkBatch } from "../network.js";
import { type OutputChoice, outputOf } from "../outputs/outputOf.js";
import { silentLayers } from "../silentLayers.js";
import { type Flow, Tape } from "../tape.js";
import { CHARACTERS, termSpellings } from "../termSpellings.js";
import { behindRows } from "./behindRows.js";

/** Filters of one width of the convolution over the characters of a term. */
export interface CharacterFilters {
  readonly width: number;
  readonly count: number;
}

export interface ElmoOptions {
  readonly terms: readonly string[];
  /** Characters of a term at most, with the marks of its beginning and end. */
  readonly maxCharacters: number;
  readonly characterSize: number;
  readonly filters: readonly CharacterFilters[];
  readonly highways: number;
  /** Numbers of a term, and of each layer in each direction (P). */
  readonly vectorSize: number;
  /** Numbers of an LSTM's cell, which are projected to P (H). */
  readonly hiddenSize: number;
  readonly layers: number;
  /** Share of the numbers between layers that is dropped in learning. */
  readonly dropout: number;
  readonly output?: OutputChoice;
}

/** What is read of a batch, whatever is predicted of it. */
type PlacedBatch = Omit<NetworkBatch, "targets">;

type Direction = "forward" | "backward";
const directions: readonly Direction[] = ["forward", "backward"];

/** First biases: a highway passes its input on, a cell keeps what it has (bilm-tf). */
const CLOSED = -2;
const KEPT = 1;

/**
 * ELMo (Peters et al. 2018, arXiv:1802.05365): two language models that share how a term is read and predicted. A term is read by its
 * characters: convolutions of several widths with their maximum over the term, highways, a projection. In each direction stand LSTM layers with
 * projection, from the second on with their input added to what they make. One direction predicts the term behind, the other the term before; the
 * loss of a place is the mean of both: of its target by the terms up to the place, and of its term by those from the target to the end of the row.
 * As bilm-tf, without its clipping of cells.
 *
 * The direction that looks back has a state, which goes on into the next row; the other begins anew at the end of each. `predict` asks the first alone.
 * Layers: the term twice, then both directions of each layer beside each other, 2 P numbers each.
 *
 * Parameters: `characters` (259 x C), `filters.W.weight`, `.bias`, `highway.0.weight` ..., `projection.weight`, `.bias`, `forward.0.input`,
 * `.recurrent`, `.bias`, `.projection` ..., `backward.0.input` ..., and those of the output, whose table has the row of each term. State of a row:
 * P hidden numbers and H of the cell of each layer.
 */
export function elmo(options: ElmoOptions): Network {
  const { terms, filters, vectorSize, hiddenSize, layers } = options;
  const widest = Math.max(...filters.map(({ width }) => width));
  if (widest > options.maxCharacters)
    throw new RangeError(
      `elmo: maxCharacters must be at least the widest filter, ${widest}, got ${options.maxCharacters}`,
    );
  const spellings = termSpellings(terms, options.maxCharacters, widest);
  const filtered = filters.reduce((count, each) => count + each.count, 0);
  const output = outputOf({ terms: terms.length, inputs: vectorSize }, options.output);
  const stateSize = layers * (vectorSize + hiddenSize);
  const highways = Array.from({ length: options.highways }, (_, k) => `highway.${k}`);
  const layerNames = (direction: Direction) => Array.from({ length: layers }, (_, layer) => `${direction}.${layer}`);

  const forms: ParameterForm[] = [
    { name: "characters", shape: [CHARACTERS, options.characterSize], decays: true },
    ...filters.flatMap(({ width, count }) => [
      { name: `filters.${width}.weight`, shape: [width * options.characterSize, count], decays: true },
      { name: `filters.${width}.bias`, shape: [count], decays: false },
    ]),
    ...highways.flatMap((name) => highwayForms(name, filtered)),
    { name: "projection.weight", shape: [filtered, vectorSize], decays: true },
    { name: "projection.bias", shape: [vectorSize], decays: false },
    ...directions.flatMap((direction) =>
      layerNames(direction).flatMap((name) => recurrentForms(name, lstmCell, vectorSize, hiddenSize, vectorSize)),
    ),
    ...output.forms,
  ];

  /** What is read of each of some ids: each distinct term once (U x P), and where that of each id is. */
  function read(tape: Tape, ids: Uint32Array): { readonly vectors: Flow; readonly rowOf: ReadonlyMap<number, number> } {
    const { engine } = tape;
    const distinct = [...new Set(ids)].sort((a, b) => a - b);
    const { length, characters } = spellings;
    const spelled = distinct.flatMap((id) => [...characters.subarray(id * length, (id + 1) * length)]);
    const x = embedding(tape, "characters", engine.placeIndices(Uint32Array.from(spelled)));
    const found = filters.map(({ width }) => {
      const name = `filters.${width}`;
      const scores = linear(tape, windows(tape, x, length, width), `${name}.weight`, { bias: `${name}.bias` });
      return activation(tape, "relu", maxOfGroups(tape, scores, length - width + 1));
    });
    const term = highways.reduce((flow, name) => highway(tape, flow, name), joinedColumns(tape, found));
    const vectors = linear(tape, term, "projection.weight", { bias: "projection.bias" });
    return { vectors, rowOf: new Map(distinct.map((id, row) => [id, row])) };
  }

  /** The layers of a direction, position after position of all rows: the term, then what each layer makes (T B x P); and the states of each. */
  function run(tape: Tape, x: Flow, direction: Direction, batch: PlacedBatch, begin: Tensor) {
    const { engine } = tape;
    const { length, firstRow, step } = batch;
    const spots = directions.length * (layers + 1);
    const first = directions.indexOf(direction) * (layers + 1);
    const dropped = (flow: Flow, spot: number) =>
      dropoutOfTimes(tape, flow, options.dropout, {
        ...{ purpose: first + spot, layers: spots, times: length, step, firstRow },
      });
    const outputs = [dropped(x, 0)];
    const states: (readonly CellState[])[] = [];
    for (const [layer, name] of layerNames(direction).entries()) {
      const before = stateOf(engine, begin, layer);
      const below = outputs.at(-1)!;
      const made = recurrent(tape, below, lstmCell, name, before, true);
      const hidden = dropped(made.hidden, layer + 1);
      outputs.push(layer === 0 ? hidden : sum(tape, hidden, below));
      states.push([before, ...made.states]);
    }
    return { outputs, states };
  }

  function stateOf(engine: Engine, begin: Tensor, layer: number): CellState {
    const first = layer * (vectorSize + hiddenSize);
    return {
      hidden: engine.columns(begin, first, first + vectorSize),
      cell: engine.columns(begin, first + vectorSize, first + vectorSize + hiddenSize),
    };
  }

  const beginning = (engine: Engine, { rows, state }: PlacedBatch) =>
    engine.place(state ?? new Float32Array(rows * stateSize), [rows, stateSize]);

  /** What each place reads, position after position. */
  function inputOf(
    tape: Tape,
    { vectors, rowOf }: ReturnType<typeof read>,
    ids: Uint32Array,
    order: Uint32Array,
  ): Flow {
    return gathered(tape, vectors, tape.engine.placeIndices(order.map((place) => rowOf.get(ids[place]!)!)));
  }

  function forward(tape: Tape, batch: PlacedBatch, terms: ReturnType<typeof read>) {
    const { engine } = tape;
    const x = inputOf(tape, terms, batch.ids, orderOf("forward", batch.lengths, batch));
    const { outputs, states } = run(tape, x, "forward", batch, beginning(engine, batch));
    const ends = states.flatMap((each) => behindRows(engine, batch, each));
    return { outputs, state: engine.joinColumns(ends) };
  }

  /** @param ids what is read, up to the length of each row from its end */
  function backward(
    tape: Tape,
    batch: PlacedBatch,
    terms: ReturnType<typeof read>,
    ids: Uint32Array,
    lengths: Uint32Array,
  ) {
    const x = inputOf(tape, terms, ids, orderOf("backward", lengths, batch));
    const { rows } = batch;
    return run(tape, x, "backward", batch, tape.engine.zeros([rows, stateSize])).outputs;
  }

  /** From position after position to row after row. */
  function rowsFirst(engine: Engine, direction: Direction, lengths: Uint32Array, batch: PlacedBatch) {
    const places = new Int32Array(batch.rows * batch.length);
    orderOf(direction, lengths, batch).forEach((place, at) => {
      places[place] = at;
    });
    return engine.placeIndices(places);
  }

  /** Both directions of each layer beside each other, row after row. */
  function hiddenOf(tape: Tape, batch: PlacedBatch, keep?: (state: Tensor) => void): readonly Flow[] {
    const { ids, lengths } = batch;
    const terms = read(tape, ids);
    const { outputs, state } = forward(tape, batch, terms);
    keep?.(state);
    const before = backward(tape, batch, terms, ids, lengths);
    const [ofForward, ofBackward] = directions.map((direction) => rowsFirst(tape.engine, direction, lengths, batch));
    return outputs.map((output, layer) =>
      joinedColumns(tape, [gathered(tape, output, ofForward!), gathered(tape, before[layer]!, ofBackward!)]),
    );
  }

  return {
    forms,
    stateSize,
    vectors: "output.weight",
    looksAhead: true,
    initial: (form, seed) => (form.shape.length > 1 ? firstWeights(form, seed) : firstBiases(form)),
    learn(tape, batch, scale) {
      const { engine } = tape;
      const { ids, targets, step } = batch;
      const behind = idsBehind(batch);
      const lengths = lengthsOfTargets(batch);
      const terms = read(tape, Uint32Array.from([...ids, ...behind]));
      const { outputs, state } = forward(tape, batch, terms);
      const before = backward(tape, batch, terms, behind, lengths);
      const losses = (x: Flow, direction: Direction, ends: Uint32Array, wanted: Int32Array) => {
        const hidden = gathered(tape, x, rowsFirst(engine, direction, ends, batch));
        return output.losses(tape, hidden, { targets: wanted, scale: scale / 2, step });
      };
      const ofNext = losses(outputs.at(-1)!, "forward", batch.lengths, targets);
      const wanted = targets.map((target, place) => (target < 0 ? -1 : ids[place]!));
      const ofPrevious = losses(before.at(-1)!, "backward", lengths, wanted);
      return { losses: engine.scale(engine.add(ofNext, ofPrevious), 0.5), state };
    },
    predict(engine, parameters, given) {
      const tape = Tape.silent(engine, parameters);
      const batch = { ...given, targets: NONE, step: 0 };
      const { outputs, state } = forward(tape, batch, read(tape, batch.ids));
      const hidden = gathered(tape, outputs.at(-1)!, rowsFirst(engine, "forward", batch.lengths, batch));
      return { logits: output.logits(tape, hidden), state };
    },
    layerSizes: new Array<number>(layers + 1).fill(2 * vectorSize),
    hidden: hiddenOf,
    layers: silentLayers(hiddenOf),
  };
}

const NONE = new Int32Array(0);

/** Characters are uniform in -1 .. 1; of a matrix with n inputs, weights are as widely spread as bilm-tf's: with variance 1 / n. */
function firstWeights(form: ParameterForm, seed: number): Float32Array {
  if (form.name === "characters") return uniformValues(form, seed, 1);
  const [rows, columns] = form.shape as [number, number];
  const rowsAreOutputs = /^(output|classes)\./.test(form.name);
  return uniformValues(form, seed, Math.sqrt(3 / (rowsAreOutputs ? columns : rows)));
}

function firstBiases({ name, shape }: ParameterForm): Float32Array {
  const [size] = shape as [number];
  const biases = new Float32Array(size);
  if (name.endsWith(".gate.bias")) return biases.fill(CLOSED);
  const isOfLayer = directions.some((direction) => name.startsWith(direction));
  return isOfLayer ? biases.fill(KEPT, size / 4, size / 2) : biases; // sums of input, forget, cell, output
}

/**
 * Which place of which row stands at each position of all rows: position after position. Backward, each row begins with its last token, and what
 * stands behind its text stays behind it.
 */
function orderOf(direction: Direction, lengths: Uint32Array, { rows, length }: PlacedBatch): Uint32Array {
  return Uint32Array.from({ length: rows * length }, (_, i) => {
    const [t, row] = [Math.floor(i / rows), i % rows];
    const tokens = lengths[row]!;
    return row * length + (direction === "backward" && t < tokens ? tokens - 1 - t : t);
  });
}

/** The term behind each place, also where it is not to be predicted; 0 where it is not known. */
function idsBehind({ ids, targets, length }: NetworkBatch): Uint32Array {
  return Uint32Array.from(targets, (target, place) => {
    if (target >= 0) return target;
    return (place + 1) % length === 0 ? 0 : ids[place + 1]!;
  });
}

/** How far each row has something to predict: what is read backward begins there. */
function lengthsOfTargets({ targets, rows, length }: NetworkBatch): Uint32Array {
  return Uint32Array.from(
    { length: rows },
    (_, row) => targets.subarray(row * length, (row + 1) * length).findLastIndex((target) => target >= 0) + 1,
  );
}
