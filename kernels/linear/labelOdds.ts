import type { LabelOdds } from "../../schemas/classifier.js";
import { ln } from "../numbers/logarithm.js";
import { sigmoid } from "../numbers/sigmoid.js";

/** The most probable label of a document. */
export interface Outcome {
  /** Their logarithm. */
  readonly odds: number;
  /** Whether the document has it. */
  readonly isRight: boolean;
}

const NEWTON_STEPS = 20;

/** ln p - ln(1 - p), p kept from 0 and 1. */
export function logOdds(probability: number): number {
  const inside = Math.min(1 - 1e-9, Math.max(1e-9, probability));
  return ln(inside) - ln(1 - inside);
}

/** The probability that a text has a label, from that of drawing it among its own. */
export const probabilityOfHaving = (probability: number, { slope, offset }: LabelOdds): number =>
  sigmoid(slope * logOdds(probability) + offset);

/**
 * Logistic regression of being right on the logarithm of the odds, by Newton's steps; targets stand off 0 and 1 as in Platt 1999,
 * "Probabilistic outputs for support vector machines", section 2.1. Undefined where more probable labels are not more often right.
 */
export function fitOdds(outcomes: readonly Outcome[]): LabelOdds | undefined {
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
