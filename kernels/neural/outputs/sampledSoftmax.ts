import type { Engine, Tensor } from "../engine.js";
import type { Flow, Tape } from "../tape.js";
import { fullSoftmax } from "./fullSoftmax.js";
import { type Candidates, logUniformCandidates } from "./logUniform.js";
import { type OutputBatch, type OutputLayer, type OutputSizes, outputNames } from "./outputLayer.js";

/** Takes a candidate that is the target itself out of the softmax. */
const NEVER = -1e9;

/**
 * Softmax over the target and some candidates, which all places of a step share, with ln(expected count) taken off each score, so that the
 * gradient tends to that of the full softmax (Jean et al. 2015, ACL, section 3.2; Bengio and Senécal 2008). Needs terms in descending order of
 * frequency. Text that is not learned from is judged by the full softmax.
 */
export function sampledSoftmax(sizes: OutputSizes, candidates: number): OutputLayer {
  const full = fullSoftmax(sizes);
  return {
    forms: full.forms,
    logits: full.logits,
    losses(tape, hidden, batch) {
      if (tape.seed === undefined) return full.losses(tape, hidden, batch);
      const drawn = logUniformCandidates(sizes.terms, candidates, tape.seed, batch.step);
      return sampledLosses(tape, hidden, sizes, batch, drawn);
    },
  };
}

function sampledLosses(
  tape: Tape,
  hidden: Flow,
  sizes: OutputSizes,
  { targets, scale }: OutputBatch,
  candidates: Candidates,
): Tensor {
  const { engine, parameters } = tape;
  const { weight, bias } = outputNames(sizes);
  const { terms, inputs } = sizes;
  const h = hidden.tensor;
  const wanted = targets.map((target) => Math.max(target, 0)); // a place without a target has no loss, whatever its score
  const targetIds = engine.placeIndices(wanted);
  const candidateIds = engine.placeIndices(candidates.ids);
  const biases = engine.reshape(tape.parameter(bias), [terms, 1]);
  const ofTargets = engine.gather(tape.parameter(weight), targetIds);
  const ofCandidates = engine.gather(tape.parameter(weight), candidateIds);

  const targetScores = engine.add(
    engine.product(engine.multiply(h, ofTargets), filled(engine, 1, [inputs, 1])),
    engine.add(engine.gather(biases, targetIds), corrections(engine, wanted, candidates)),
  );
  const offsets = engine.add(engine.gather(biases, candidateIds), corrections(engine, candidates.ids, candidates));
  const candidateScores = engine.addToRows(
    engine.product(h, ofCandidates, { transposeB: true }),
    engine.reshape(offsets, [candidates.ids.length]),
  );
  const scores = withoutHits(engine, engine.joinColumns([targetScores, candidateScores]), wanted, candidates.ids);
  const firsts = engine.placeIndices(targets.map((target) => (target < 0 ? -1 : 0)));
  const { losses, gradient } = engine.crossEntropy(scores, firsts, scale);

  tape.ends(() => {
    const atTarget = engine.columns(gradient, 0, 1);
    const atCandidates = engine.columns(gradient, 1, 1 + candidates.ids.length);
    const spread = engine.product(atTarget, filled(engine, 1, [1, inputs]));
    parameters.addRows(weight, targetIds, engine.multiply(spread, h));
    parameters.addRows(weight, candidateIds, engine.product(atCandidates, h, { transposeA: true }));
    const sums = engine.reshape(engine.sumOfRows(atCandidates), [candidates.ids.length, 1]);
    const ofBiases = engine.add(engine.scatter(atTarget, targetIds, terms), engine.scatter(sums, candidateIds, terms));
    parameters.addGradient(bias, engine.reshape(ofBiases, [terms]));
    tape.send(hidden, engine.product(atCandidates, ofCandidates, { addTo: engine.multiply(spread, ofTargets) }));
  });
  return losses;
}

function corrections(engine: Engine, ids: Int32Array, candidates: Candidates): Tensor {
  return engine.place(
    Float64Array.from(ids, (id) => -candidates.logExpected(id)),
    [ids.length, 1],
  );
}

/** A candidate that is the target of a place counts there once, as the target. */
function withoutHits(engine: Engine, scores: Tensor, targets: Int32Array, candidates: Int32Array): Tensor {
  const columns = candidates.length + 1;
  const columnOf = new Map(Array.from(candidates, (id, i) => [id, i + 1]));
  const hits = Array.from(targets).flatMap((target, place) => {
    const column = columnOf.get(target);
    return column === undefined ? [] : [place * columns + column];
  });
  if (hits.length === 0) return scores;
  const size = targets.length * columns;
  const marks = engine.scatter(
    filled(engine, NEVER, [hits.length, 1]),
    engine.placeIndices(Int32Array.from(hits)),
    size,
  );
  return engine.add(scores, engine.reshape(marks, [targets.length, columns]));
}

function filled(engine: Engine, value: number, shape: readonly [number, number]): Tensor {
  return engine.place(new Float32Array(shape[0] * shape[1]).fill(value), shape);
}
