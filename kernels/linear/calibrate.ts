import type { Classifier } from "../../schemas/classifier.js";
import { ln } from "../numbers/logarithm.js";
import { labelLoss } from "./labelLoss.js";
import { Predictor } from "./predictor.js";

/** A document that was kept aside, and the numbers of its labels. */
export interface HeldDocument {
  readonly tokens: readonly string[];
  readonly labels: readonly number[];
}

/** Places of the golden section search. */
const STEPS = 24;
const RATIO = (Math.sqrt(5) - 1) / 2;
/** The range of the logarithm of temperatures, both ways from 0. */
const MOST = 3;
/** How far the points of a parabola lie apart. */
const APART = 0.25;

/**
 * The temperature by which the labels of documents that were kept aside become the most likely (Guo et al. 2017, arXiv:1706.04599,
 * section 4.2): a golden section search over its logarithm, between 1/20 and 20. 1 where there is no document.
 */
export function calibrate(classifier: Classifier, held: readonly HeldDocument[]): number {
  if (held.length === 0) return 1;
  const lossAt = meanLossAt(classifier, held);
  let [low, high] = [-MOST, MOST];
  for (let step = 0; step < STEPS; step++) {
    const [left, right] = [high - RATIO * (high - low), low + RATIO * (high - low)];
    if (lossAt(left) <= lossAt(right)) high = right;
    else low = left;
  }
  return Math.E ** ((low + high) / 2);
}

export interface Calibrated {
  readonly temperature: number;
  /** Mean over the documents with a known feature, in nats. */
  readonly loss: number;
}

/**
 * The temperature of a classifier that has learned on since one was known, and the loss at it: at the lowest point of a parabola through the
 * losses at that temperature and on both sides of it, or at one of these where that is lower. A twelfth of the work of `calibrate`.
 */
export function recalibrate(classifier: Classifier, held: readonly HeldDocument[], before: number): Calibrated {
  const lossAt = meanLossAt(classifier, held);
  const near = ln(before);
  const logs = [near, near - APART, near + APART];
  const [middle, left, right] = logs.map(lossAt) as [number, number, number];
  const bend = left - 2 * middle + right;
  const lowest = bend > 0 ? near + (APART / 2) * ((left - right) / bend) : near;
  logs.push(Math.min(MOST, Math.max(-MOST, lowest)));
  const losses = [middle, left, right, lossAt(logs[3]!)];
  const tried = logs.map((log, k): Calibrated => ({ temperature: Math.E ** log, loss: losses[k]! }));
  return tried.reduce((best, each) => (each.loss < best.loss ? each : best));
}

/** The mean loss of documents at a temperature, by its logarithm. State: the scores of the documents, 8 L bytes each. */
function meanLossAt(classifier: Classifier, held: readonly HeldDocument[]): (log: number) => number {
  const scored = new Predictor(classifier);
  const rows = held.flatMap(({ tokens, labels }) => {
    const scores = scored.scores(tokens);
    return scores ? [{ scores, labels }] : [];
  });
  const lossOf = labelLoss(classifier);
  return (log) => {
    const temperature = Math.E ** log;
    let loss = 0;
    for (const { scores, labels } of rows) loss += lossOf(scored.probabilitiesAt(scores, temperature), labels);
    return loss / rows.length;
  };
}
