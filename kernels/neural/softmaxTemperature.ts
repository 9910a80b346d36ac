import { lowest } from "../linear/calibrate.js";
import { logLoss, softmax } from "../linear/predictor.js";

/** What a document that was kept aside is scored, and the numbers of its labels. */
export interface ScoredDocument {
  readonly scores: Float64Array;
  readonly labels: readonly number[];
}

/**
 * The temperature by which the labels of documents become the most likely (Guo et al. 2017, arXiv:1706.04599, section 4.2), its logarithm taken to
 * be about 0 with a variance of 1, as `calibrate` does for linear classifiers. 1 where there is no document.
 */
export function softmaxTemperature(documents: readonly ScoredDocument[]): number {
  if (documents.length === 0) return 1;
  const lossAt = (log: number) => {
    const loss = documents.reduce((sum, { scores, labels }) => {
      const probabilities = softmax(scores.map((score) => score / Math.E ** log));
      return sum + logLoss(labels.reduce((all, label) => all + probabilities[label]!, 0));
    }, 0);
    return loss + log ** 2 / 2;
  };
  return Math.E ** lowest(lossAt);
}
