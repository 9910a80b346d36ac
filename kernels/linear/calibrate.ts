import type { Classifier, LabelOdds } from "../../schemas/classifier.js";
import { sigmoid } from "../numbers/sigmoid.js";
import { isDistribution, logLoss, logOdds, Predictor } from "./predictor.js";

/** A document that was kept aside, and the numbers of its labels. */
export interface HeldDocument {
  readonly tokens: readonly string[];
  readonly labels: readonly number[];
}

interface Scored {
  readonly scores: Float64Array;
  readonly labels: readonly number[];
  readonly weight: number;
}

/** Places of the golden section search. */
const STEPS = 24;
const RATIO = (Math.sqrt(5) - 1) / 2;

/** From this share of documents with several labels on, a probability is that of a text having the label. */
const SEVERAL = 0.1;

/**
 * What makes probabilities agree with how often labels are right, by documents that were kept aside. The temperature is that by which their
 * labels become the most likely (Guo et al. 2017, arXiv:1706.04599, section 4.2), by a golden section search over its logarithm, between 1/20
 * and 20. A document weighs the square root of its words: among phrases that were cut from one another short ones are many and say little
 * of whole texts. The logarithm is taken to be about 0, with a variance of 1: a few documents that are all told right do not make every
 * probability 1. Where documents have several labels, the odds of the most probable label are fitted, too. 1 where there is no document.
 */
export function calibrate(
  classifier: Classifier,
  held: readonly HeldDocument[],
): Pick<Classifier, "temperature" | "labelOdds"> {
  const scored = new Predictor(classifier);
  const rows = held.flatMap(({ tokens, labels }): Scored[] => {
    const scores = scored.scores(tokens);
    return scores ? [{ scores, labels, weight: Math.sqrt(tokens.length) }] : [];
  });
  if (rows.length === 0) return { temperature: 1 };
  const isOne = isDistribution(classifier);
  const lossOf = isOne ? lossOfOne : lossOfEach;
  const temperature = minimum((log) =>
    rows.reduce(
      (sum, { scores, labels, weight }) => sum + weight * lossOf(scored.probabilitiesAt(scores, Math.E ** log), labels),
      log ** 2 / 2,
    ),
  );
  const several = rows.filter(({ labels }) => labels.length > 1).length;
  if (!isOne || several < SEVERAL * rows.length) return { temperature };
  const firsts = rows.map(({ scores, labels }) => firstLabel(scored.probabilitiesAt(scores, temperature), labels));
  const labelOdds = fitOdds(firsts);
  return labelOdds ? { temperature, labelOdds } : { temperature };
}

/** e to the place of the least value between -3 and 3. */
function minimum(valueAt: (log: number) => number): number {
  let [low, high] = [-3, 3];
  for (let step = 0; step < STEPS; step++) {
    const [left, right] = [high - RATIO * (high - low), low + RATIO * (high - low)];
    if (valueAt(left) <= valueAt(right)) high = right;
    else low = left;
  }
  return Math.E ** ((low + high) / 2);
}

/** -ln of the probability that a label which is drawn is one of the document's own. */
const lossOfOne = (probabilities: Float64Array, own: readonly number[]): number =>
  logLoss(own.reduce((sum, label) => sum + probabilities[label]!, 0));

/** -ln of the probability that each label is told right, those that are not the document's own too. */
const lossOfEach = (probabilities: Float64Array, own: readonly number[]): number =>
  probabilities.reduce(
    (sum, probability, label) => sum + logLoss(own.includes(label) ? probability : 1 - probability),
    0,
  );

interface Outcome {
  readonly odds: number;
  readonly isRight: boolean;
}

function firstLabel(probabilities: Float64Array, own: readonly number[]): Outcome {
  const first = probabilities.reduce(
    (best, probability, label) => (probability > probabilities[best]! ? label : best),
    0,
  );
  return { odds: logOdds(probabilities[first]!), isRight: own.includes(first) };
}

const NEWTON_STEPS = 20;

/**
 * Logistic regression of being right on the logarithm of the odds, by Newton's steps; targets stand off 0 and 1 as in Platt 1999,
 * "Probabilistic outputs for support vector machines", section 2.1. Undefined where more probable labels are not more often right.
 */
function fitOdds(outcomes: readonly Outcome[]): LabelOdds | undefined {
  const right = outcomes.filter(({ isRight }) => isRight).length;
  const [yes, no] = [(right + 1) / (right + 2), 1 / (outcomes.length - right + 2)];
  let [slope, offset] = [1, 0];
  for (let step = 0; step < NEWTON_STEPS; step++) {
    let [g0, g1, h00, h01, h11] = [0, 0, 1e-9, 0, 1e-9];
    for (const { odds, isRight } of outcomes) {
      const probability = sigmoid(slope * odds + offset);
      const error = probability - (isRight ? yes : no);
      const curvature = probability * (1 - probability);
      g0 += error * odds;
      g1 += error;
      h00 += curvature * odds * odds;
      h01 += curvature * odds;
      h11 += curvature;
    }
    const determinant = h00 * h11 - h01 * h01;
    slope -= (h11 * g0 - h01 * g1) / determinant;
    offset -= (h00 * g1 - h01 * g0) / determinant;
  }
  return slope > 0 && Number.isFinite(offset) ? { slope, offset } : undefined;
}
