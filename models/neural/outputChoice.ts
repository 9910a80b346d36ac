import { frequencyClasses, type OutputChoice } from "../../kernels/neural/outputs/index.js";
import type { NetworkSettings } from "../../schemas/languageModel.js";

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
