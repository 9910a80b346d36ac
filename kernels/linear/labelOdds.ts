import type { LabelOdds } from "../../schemas/classifier.js";
import { ln } from "../numbers/logarithm.js";
import { sigmoid } from "../numbers/sigmoid.js";

/** The most probable label of a document. */
export interface Outcome {
  /** The logarithm of its probability. */
  readonly log: number;
  /** Whether the document has it. */
  readonly isRight: boolean;
}

const NEWTON_STEPS = 20;

/** Of a probability, kept from 0. */
export const logOf = (probability: number): number => ln(Math.max(1e-9, probability));

/** The probability that a text has a label, from that of drawing it among its own. */
export const probabilityOfHaving = (probability: number, { slope, offset }: LabelOdds): number =>
  sigmoid(slope * logOf(probability) + offset);

/**
 * Logistic regression of being right on the logarithm of the probability, by Newton's steps; targets stand off 0 and 1 as in Platt 1999,
 * "Probabilistic outputs for support vector machines", section 2.1. One of m labels is drawn with a probability of 1 / m, so that having it is
 * m times as probable, which the offset says; the logarithm of the odds in the place of that of the probability would be far off near 1, where
 * few texts are. Undefined where more probable labels are not more often right.
 */
export function fitOdds(outcomes: readonly Outcome[]): LabelOdds | undefined {
  const right = outcomes.filter(({ isRight }) => isRight).length;
  const [yes, no] = [(right + 1) / (right + 2), 1 / (outcomes.length - right + 2)];
  let [slope, offset] = [1, 0];
  for (let step = 0; step < NEWTON_STEPS; step++) {
    let [g0, g1, h00, h01, h11] = [0, 0, 1e-9, 0, 1e-9];
    for (const { log, isRight } of outcomes) {
      const probability = sigmoid(slope * log + offset);
      const error = probability - (isRight ? yes : no);
      const curvature = probability * (1 - probability);
      g0 += error * log;
      g1 += error;
      h00 += curvature * log * log;
      h01 += curvature * log;
      h11 += curvature;
    }
    const determinant = h00 * h11 - h01 * h01;
    slope -= (h11 * g0 - h01 * g1) / determinant;
    offset -= (h00 * g1 - h01 * g0) / determinant;
  }
  return slope > 0 && Number.isFinite(offset) ? { slope, offset } : undefined;
}
