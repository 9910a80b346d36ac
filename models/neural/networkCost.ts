import { availableParallelism } from "node:os";
import { networkBytes, parameterBytes } from "../../kernels/neural/networkThread.js";
import type { Cost, NetworkSettings, Sizes } from "../../schemas/index.js";
import type { NetworkKind, TrainingSettings } from "./networkKind.js";

/**
 * What training a network takes with compiled kernels: what its threads share, and of each thread the scores of a part of a batch with their gradients, the most of
 * what a part makes.
 */
export function networkCost(
  network: NetworkKind["network"],
  settings: NetworkSettings,
  { parts, workers = availableParallelism() }: Pick<TrainingSettings, "parts" | "workers">,
  { vocabulary, batchRows, rowLength }: Sizes,
): Cost {
  const threads = Math.min(workers, parts);
  const ofTerms = (bytesOf: (forms: ReturnType<typeof network>["forms"]) => number): number => {
    if (Number.isNaN(vocabulary)) return Number.NaN;
    const size = Math.ceil(vocabulary);
    const terms = new Array<string>(size).fill("");
    return bytesOf(network(settings, { terms, counts: new Float64Array(size).fill(1) }).forms);
  };
  const scores = (8 * batchRows * rowLength * vocabulary) / parts;
  return {
    memory: {
      bytes: ofTerms((forms) => networkBytes(forms, parts)) + threads * scores,
      from: ["vocabulary", "parts", "batchRows", "rowLength"],
    },
    held: { bytes: ofTerms(parameterBytes), from: ["vocabulary"] },
    threads,
  };
}
