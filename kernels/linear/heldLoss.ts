import type { Classifier } from "../../schemas/classifier.js";
import { isDistribution, logLoss, Predictor } from "./predictor.js";

/** A document that was kept aside, and the numbers of its labels. */
export interface HeldDocument {
  readonly tokens: readonly string[];
  readonly labels: readonly number[];
}

/** The loss of a document with some labels, from the probability of each label (L,), in nats. */
export type LabelLoss = (probabilities: Float64Array, own: readonly number[]) => number;

export const labelLoss = (classifier: Classifier): LabelLoss => (isDistribution(classifier) ? lossOfOne : lossOfEach);

/** -ln of the probability that a label which is drawn is one of the document's own. */
const lossOfOne: LabelLoss = (probabilities, own) =>
  logLoss(own.reduce((sum, label) => sum + probabilities[label]!, 0));

/** -ln of the probability that each label is told right, those that are not the document's own too. */
const lossOfEach: LabelLoss = (probabilities, own) =>
  probabilities.reduce(
    (sum, probability, label) => sum + logLoss(own.includes(label) ? probability : 1 - probability),
    0,
  );

/**
 * The mean loss of documents that were kept aside, in nats, at the classifier's temperature. One without a known feature has scores of 0:
 * nothing speaks for any of its labels. NaN where there is no document.
 */
export function heldLoss(classifier: Classifier, held: readonly HeldDocument[]): number {
  const predictor = new Predictor(classifier);
  const lossOf = labelLoss(classifier);
  const nothingKnown = predictor.probabilitiesAt(new Float64Array(classifier.labels.length), classifier.temperature);
  const losses = held.map(({ tokens, labels }) => lossOf(predictor.probabilities(tokens) ?? nothingKnown, labels));
  return losses.reduce((sum, loss) => sum + loss, 0) / held.length;
}
