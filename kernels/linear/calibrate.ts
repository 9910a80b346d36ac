import type { Classifier } from "../../schemas/classifier.js";
import { type HeldDocument, labelLoss } from "./heldLoss.js";
import { Predictor } from "./predictor.js";

/** How often the golden section search halves, nearly, what is left of its range. */
const STEPS = 24;
const RATIO = (Math.sqrt(5) - 1) / 2;

/**
 * The temperature by which the labels of documents that were kept aside become the most likely (Guo et al. 2017, arXiv:1706.04599,
 * section 4.2): a golden section search over its logarithm, between 1/20 and 20. 1 where there is no document.
 */
export function calibrate(classifier: Classifier, held: readonly HeldDocument[], steps = STEPS): number {
  if (held.length === 0) return 1;
  const scored = new Predictor(classifier);
  const rows = held.flatMap(({ tokens, labels }) => {
    const scores = scored.scores(tokens);
    return scores ? [{ scores, labels }] : [];
  });
  const lossOf = labelLoss(classifier);
  const lossAt = (log: number) => {
    const temperature = Math.E ** log;
    let loss = 0;
    for (const { scores, labels } of rows) {
      loss += lossOf(scored.probabilitiesAt(scores, temperature), labels);
    }
    return loss;
  };
  let [low, high] = [-3, 3];
  for (let step = 0; step < steps; step++) {
    const [left, right] = [high - RATIO * (high - low), low + RATIO * (high - low)];
    if (lossAt(left) <= lossAt(right)) high = right;
    else low = left;
  }
  return Math.E ** ((low + high) / 2);
}
