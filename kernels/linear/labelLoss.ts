import type { Classifier } from "../../schemas/classifier.js";
import { isDistribution, logLoss } from "./predictor.js";

/** The loss of a document with some labels, from the probability of each label (L,), in nats. */
export type LabelLoss = (probabilities: Float64Array, own: readonly number[]) => number;

export const labelLoss = (classifier: Pick<Classifier, "loss">): LabelLoss =>
  isDistribution(classifier) ? lossOfOne : lossOfEach;

/** -ln of the probability that a label which is drawn is one of the document's own. */
const lossOfOne: LabelLoss = (probabilities, own) =>
  logLoss(own.reduce((sum, label) => sum + probabilities[label]!, 0));

/** -ln of the probability that each label is told right, those that are not the document's own too. */
const lossOfEach: LabelLoss = (probabilities, own) =>
  probabilities.reduce(
    (sum, probability, label) => sum + logLoss(own.includes(label) ? probability : 1 - probability),
    0,
  );
