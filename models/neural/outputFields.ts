import { integer, oneOf, type SettingsOf } from "../../schemas/index.js";

/** Options of models that predict one of many terms. */
export const outputFields = {
  output: oneOf(["full", "classes", "sampled"], {
    default: "full",
    description:
      "How the next term is told from the others: full: softmax over all; classes: first its class of terms about as frequent, then the term; sampled: in learning against a sample, which costs less where the vocabulary is large",
  }),
  classes: integer({ min: 2, optional: true, description: "Classes; the square root of V if left out" }),
  candidates: integer({ min: 1, default: 1024, description: "Terms of a sample" }),
};

/** What a network keeps of these options. */
export function outputSettings({
  output,
  classes,
  candidates,
}: SettingsOf<{ readonly name: string; readonly fields: typeof outputFields }>) {
  return { output, candidates, ...(classes === undefined ? {} : { classes }) };
}
