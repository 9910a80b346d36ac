import type { Engine, ParameterForm, Tensor } from "../engine.js";
import { crossEntropy } from "../layers/crossEntropy.js";
import { linear } from "../layers/linear.js";
import { gathered } from "../layers/shaping.js";
import type { Flow, Tape } from "../tape.js";
import { classOfTerms } from "./frequencyClasses.js";
import { type OutputBatch, type OutputLayer, type OutputSizes, outputForms, outputNames } from "./outputLayer.js";

/**
 * p(term) = p(class) p(term | class) (Goodman 2001; Mikolov et al. 2011): work of classes + terms of a class in the place of all terms.
 * @param starts the first term of each class, ascending, as of `frequencyClasses`
 */
export function classSoftmax(sizes: OutputSizes, starts: Uint32Array): OutputLayer {
  const { terms, inputs } = sizes;
  const { weight, bias } = outputNames(sizes);
  const classOf = classOfTerms(starts, terms);
  const ends = (c: number) => starts[c + 1] ?? terms;
  const forms: ParameterForm[] = [
    { name: "classes.weight", shape: [starts.length, inputs], decays: true },
    { name: "classes.bias", shape: [starts.length], decays: false },
  ];
  const classScores = (tape: Tape, hidden: Flow) =>
    linear(tape, hidden, "classes.weight", { bias: "classes.bias", rowsAreOutputs: true });

  function losses(tape: Tape, hidden: Flow, batch: OutputBatch): Tensor {
    const targets = batch.targets.map((target) => (target < 0 ? -1 : classOf[target]!));
    const indices = tape.engine.placeIndices(targets);
    const ofClasses = crossEntropy(tape, classScores(tape, hidden), indices, batch.scale);
    const groups = placesOfClasses(targets);
    return groups.length === 0 ? ofClasses : tape.engine.add(ofClasses, termLosses(tape, hidden, batch, groups));
  }

  /** -ln p(term | class): places of the same class are computed together. */
  function termLosses(
    tape: Tape,
    hidden: Flow,
    { targets, scale }: OutputBatch,
    groups: readonly ClassPlaces[],
  ): Tensor {
    const { engine, parameters } = tape;
    const places = groups.flatMap((group) => group.places);
    const order = engine.placeIndices(Int32Array.from(places));
    const sorted = gathered(tape, hidden, order);
    let from = 0;
    const parts = groups.map((group) => {
      const first = starts[group.class]!;
      const x = engine.rows(sorted.tensor, from, from + group.places.length);
      from += group.places.length;
      const weights = engine.rows(tape.parameter(weight), first, ends(group.class));
      const scores = engine.addToRows(
        engine.product(x, weights, { transposeB: true }),
        partOfVector(engine, tape.parameter(bias), first, ends(group.class)),
      );
      const ids = engine.placeIndices(Int32Array.from(group.places, (place) => targets[place]! - first));
      return { x, weights, first, end: ends(group.class), ...engine.crossEntropy(scores, ids, scale) };
    });
    tape.ends(() => {
      const rows = engine.placeIndices(
        Int32Array.from(parts.flatMap(({ first, end }) => Array.from({ length: end - first }, (_, i) => first + i))),
      );
      const ofWeights = parts.map(({ gradient, x }) => engine.product(gradient, x, { transposeA: true }));
      const ofBiases = parts.map(({ gradient }) => column(engine, engine.sumOfRows(gradient)));
      parameters.addRows(weight, rows, engine.joinRows(ofWeights));
      parameters.addGradient(bias, engine.reshape(engine.scatter(engine.joinRows(ofBiases), rows, terms), [terms]));
      tape.send(sorted, engine.joinRows(parts.map(({ gradient, weights }) => engine.product(gradient, weights))));
    });
    const ofPlaces = engine.joinRows(parts.map((part) => column(engine, part.losses)));
    return engine.reshape(engine.scatter(ofPlaces, order, targets.length), [targets.length]);
  }

  /** The scores of a class and ln p(term | class): those of each class less the logarithm of their sum of exponentials. */
  function logits(tape: Tape, hidden: Flow): Tensor {
    const { engine } = tape;
    const ofClasses = classScores(tape, hidden).tensor;
    const scores = linear(tape, hidden, weight, { bias, rowsAreOutputs: true }).tensor;
    const places = scores.shape[0]!;
    const firsts = engine.placeIndices(new Int32Array(places));
    return engine.joinColumns(
      Array.from(starts, (first, c) => {
        const block = engine.columns(scores, first, ends(c));
        const ofFirst = engine.columns(scores, first, first + 1);
        const sum = engine.add(column(engine, engine.crossEntropy(block, firsts, 1).losses), ofFirst);
        const shift = engine.add(engine.columns(ofClasses, c, c + 1), engine.scale(sum, -1));
        const ones = engine.place(new Float32Array(ends(c) - first).fill(1), [1, ends(c) - first]);
        return engine.product(shift, ones, { addTo: engine.columns(scores, first, ends(c)) });
      }),
    );
  }

  return { forms: [...forms, ...outputForms(sizes)], losses, logits };
}

interface ClassPlaces {
  readonly class: number;
  readonly places: readonly number[];
}

/** The places at which a term of each class is predicted, classes and places ascending. */
function placesOfClasses(classes: Int32Array): ClassPlaces[] {
  const found = new Map<number, number[]>();
  for (const [place, c] of classes.entries()) {
    if (c < 0) continue;
    if (!found.has(c)) found.set(c, []);
    found.get(c)!.push(place);
  }
  return [...found].sort(([a], [b]) => a - b).map(([c, places]) => ({ class: c, places }));
}

function column(engine: Engine, vector: Tensor): Tensor {
  return engine.reshape(vector, [vector.shape[0]!, 1]);
}

function partOfVector(engine: Engine, vector: Tensor, from: number, to: number): Tensor {
  return engine.reshape(engine.rows(column(engine, vector), from, to), [to - from]);
}
