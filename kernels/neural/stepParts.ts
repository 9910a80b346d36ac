import type { MaybePromise } from "../../schemas/maybePromise.js";
import { joinFloats } from "../numbers/joinFloats.js";
import type { Engine, Parameters, Tensor } from "./engine.js";
import type { Network, NetworkBatch } from "./network.js";
import type { StepBatch, StepOutcome } from "./stepper.js";
import { Tape } from "./tape.js";

/** What one part of a batch gives. */
export type PartOutcome = Omit<StepOutcome, "predicted">;

/** Places where something is predicted. */
export function predictedPlaces(targets: Int32Array): number {
  return targets.reduce((count, target) => count + (target >= 0 ? 1 : 0), 0);
}

/** What the gradient of the sum of losses is multiplied by, so that it is that of their mean. */
export function meanScale(predicted: number): number {
  return predicted > 0 ? 1 / predicted : 0;
}

/** Rows that have a class. */
export function labelledRows({ labels }: StepBatch): number {
  return labels ? predictedPlaces(labels) : 0;
}

/** A batch cut into so many parts of about equally many rows, which are copied; fewer if it has fewer rows. */
export function cutBatch(batch: StepBatch, parts: number): NetworkBatch[] {
  const count = Math.min(parts, batch.rows);
  return Array.from({ length: count }, (_, part) => {
    const [from, to] = [part, part + 1].map((n) => Math.floor((n * batch.rows) / count)) as [number, number];
    return rowsOfBatch(batch, from, to);
  });
}

function rowsOfBatch(batch: StepBatch, from: number, to: number): NetworkBatch {
  const { rows, length, ids, targets, lengths, step, state, segments, labels } = batch;
  const stateSize = (state?.length ?? 0) / rows;
  return {
    ...{ rows: to - from, length, firstRow: from, step },
    ids: ids.slice(from * length, to * length),
    targets: targets.slice(from * length, to * length),
    lengths: lengths.slice(from, to),
    ...(segments && { segments: segments.slice(from * length, to * length) }),
    ...(labels && { labels: labels.slice(from, to), labelScale: meanScale(labelledRows(batch)) }),
    ...(state && { state: state.slice(from * stateSize, to * stateSize) }),
  };
}

/** Adds the gradient of a part, times `scale`, to that of the parameters. */
export function learnPart(
  engine: Engine,
  parameters: Parameters,
  network: Network,
  part: NetworkBatch,
  { seed, scale }: { readonly seed: number; readonly scale: number },
): Promise<PartOutcome> {
  return outcomeOf(engine, () => {
    const tape = Tape.recording(engine, parameters, seed);
    const made = network.learn(tape, part, scale);
    tape.backward();
    return made;
  });
}

/** The losses of a part: nothing is recorded, nothing dropped. */
export function evaluatePart(
  engine: Engine,
  parameters: Parameters,
  network: Network,
  part: NetworkBatch,
): Promise<PartOutcome> {
  return outcomeOf(engine, () => network.learn(Tape.silent(engine, parameters), part, 0), part.labels);
}

/** @param labels of rows of which it is told how many are right */
async function outcomeOf(
  engine: Engine,
  run: () => ReturnType<Network["learn"]>,
  labels?: Int32Array,
): Promise<PartOutcome> {
  const read = engine.scope(() => {
    const { losses, labelLosses, labelScores, state } = run();
    const copy = (tensor: Tensor | undefined): MaybePromise<Float32Array> | undefined => tensor && engine.read(tensor);
    return [engine.read(losses), copy(labelLosses), copy(labels && labelScores), copy(state)] as const;
  });
  const [losses, labelLosses, scores, state] = await Promise.all(read);
  return {
    loss: sumOf(losses),
    ...(labelLosses && { labelLoss: sumOf(labelLosses) }),
    ...(labels && scores && { labelRight: rightRows(labels, scores) }),
    ...(state && { state }),
  };
}

/** Rows whose class has the highest score, of equal ones the first. */
function rightRows(labels: Int32Array, scores: Float32Array): number {
  const classes = scores.length / labels.length;
  return labels.reduce((count, label, row) => {
    const ofRow = scores.subarray(row * classes, (row + 1) * classes);
    return count + (label >= 0 && ofRow.indexOf(Math.max(...ofRow)) === label ? 1 : 0);
  }, 0);
}

const sumOf = (losses: Float32Array) => losses.reduce((sum, loss) => sum + loss, 0);

/** Of the parts of a batch, in their order. */
export function joinParts(parts: readonly PartOutcome[], predicted: number): StepOutcome {
  const loss = parts.reduce((sum, part) => sum + part.loss, 0);
  const [labelLosses, labelRight] = (["labelLoss", "labelRight"] as const).map((name) =>
    parts.flatMap((part) => part[name] ?? []),
  ) as [number[], number[]];
  const states = parts.flatMap(({ state }) => state ?? []);
  return {
    ...{ loss, predicted },
    ...(labelLosses.length > 0 && { labelLoss: labelLosses.reduce((sum, each) => sum + each, 0) }),
    ...(labelRight.length > 0 && { labelRight: labelRight.reduce((sum, each) => sum + each, 0) }),
    ...(states.length > 0 && { state: joinFloats(states) }),
  };
}
