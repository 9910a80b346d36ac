import type { Classifier } from "../../schemas/classifier.js";
import { TEXT_STEPS } from "../../schemas/kinds.js";
import type { TextStep } from "../../schemas/units.js";

/** Where a writer counts a classifier whose steps of texts its file cannot hold. */
export const STEPS_LOST = "stepsLost";

/** Whether a file of fastText's, whose texts are cut at white space, would say less than the classifier of how its texts are cut. */
export function losesTextSteps({ metadata }: Classifier): boolean {
  const steps = JSON.parse(metadata.get(TEXT_STEPS) ?? "[]") as TextStep[];
  return steps.some(({ tokenize }) => tokenize?.mode !== "whitespace");
}

export const stepsLost = (path: string): string =>
  `${path}: a file of fastText's does not hold the steps that cut texts, and is read as if white space did; lexstream classify --steps names a classifier or config that has them`;

/**
 * What a file of fastText's lacks of a classifier, a line each. Its program counts the end of a line as a word of the n-grams, unless the model
 * is pruned, which one that is quantised here always is: a row of zeros more in the mean.
 */
export function fastTextLosses(path: string, classifier: Classifier): string[] {
  const { labelOdds, wordNgrams, sentenceEnd, pruned } = classifier;
  return [
    ...(losesTextSteps(classifier) ? [stepsLost(path)] : []),
    ...(labelOdds
      ? [
          `${path}: a file of fastText's does not hold the odds of texts with several labels: a probability is that of drawing the label among a text's own`,
        ]
      : []),
    ...(wordNgrams > 1 && !sentenceEnd && !pruned
      ? [
          `${path}: fastText counts the end of a line as a word of n-grams, so that its answers differ a little; sentenceEnd: true learns with it`,
        ]
      : []),
  ];
}
