import { availableParallelism } from "node:os";
import { networkBytes, parameterBytes } from "../../kernels/neural/networkThread.js";
import type { Cost, NetworkSettings, Sizes } from "../../schemas/index.js";
import type { NetworkKind, TrainingSettings } from "./networkKind.js";

/** What a step makes of a part of a batch and holds until its end, in numbers. Measured with the arenas of compiled kernels. */
export interface StepNumbers {
  /** Of each place, without scores. */
  readonly place: number;
  /** Of each place and term of a full output: its score, the gradient by it, and what products hold besides. */
  readonly score: number;
}

/** Copies of the parameters in the order in which products read them: of the tables going forward and back. */
const PACKED = 3;

/**
 * What training a network takes with compiled kernels: what its threads share, and of each thread all that a step makes of a part of a batch,
 * which lives until the step is over.
 */
export function networkCost(
  network: NetworkKind["network"],
  settings: NetworkSettings,
  { parts, workers = availableParallelism() }: Pick<TrainingSettings, "parts" | "workers">,
  { vocabulary, batchRows, rowLength }: Sizes,
  { place, score }: StepNumbers,
): Cost {
  const threads = Math.min(workers, parts);
  const ofTerms = (bytesOf: (forms: ReturnType<typeof network>["forms"]) => number): number => {
    if (Number.isNaN(vocabulary)) return Number.NaN;
    const size = Math.ceil(vocabulary);
    const terms = new Array<string>(size).fill("");
    return bytesOf(network(settings, { terms, counts: new Float64Array(size).fill(1) }).forms);
  };
  const places = Math.ceil(batchRows / parts) * rowLength;
  const scores = settings.output === "classes" ? 0 : score * vocabulary;
  const made = 4 * places * (place + scores) + ofTerms((forms) => PACKED * parameterBytes(forms));
  return {
    memory: {
      bytes: ofTerms((forms) => networkBytes(forms, parts)) + threads * made,
      from: ["vocabulary", "parts", "batchRows", "rowLength"],
    },
    held: { bytes: ofTerms(parameterBytes), from: ["vocabulary"] },
    threads,
  };
}
