import { frequencyClasses, type OutputChoice } from "../../kernels/neural/index.js";
import { integer, type NetworkSettings, oneOf } from "../../schemas/index.js";

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

/** @param counts of each term, which decide on the classes */
export function outputOf({ output, classes, candidates }: NetworkSettings, counts: Float64Array): OutputChoice {
  const terms = counts.length;
  if (output === "classes") {
    const wanted = (classes as number | undefined) ?? Math.ceil(Math.sqrt(terms));
    return { kind: "classes", starts: frequencyClasses(counts, Math.min(terms, wanted)) };
  }
  if (output === "sampled")
    return { kind: "sampled", candidates: Math.max(1, Math.min(terms - 1, candidates as number)) };
  return { kind: "full" };
}
