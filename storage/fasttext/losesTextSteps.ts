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
