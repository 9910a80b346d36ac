import { availableParallelism } from "node:os";
import { type Network, referenceEngine } from "../../kernels/neural/index.js";
import { plainStepper } from "../../kernels/neural/plainStepper.js";
import type { Stepper } from "../../kernels/neural/stepper.js";
import type { NetworkKind, NetworkTerms, TrainingSettings } from "./networkKind.js";
import { threadStepper } from "./threadStepper.js";

/** What a thread that learns with a network makes it of. */
export interface NetworkJobSettings extends Pick<NetworkKind, "settings"> {
  readonly counts: Float64Array;
}

/** A network at its first values, on the engine of choice. */
export async function makeStepper(
  who: string,
  { settings, script }: NetworkKind,
  network: Network,
  { counts }: Pick<NetworkTerms, "counts">,
  { seed, parts, engine, deterministic, workers = availableParallelism() }: TrainingSettings,
): Promise<Stepper> {
  const values = firstValues(network, seed);
  if (engine === "reference") return plainStepper(referenceEngine(), network, values, { parts, seed });
  return threadStepper(network, values, {
    ...{ who, script, seed, parts, fused: !deterministic },
    settings: { settings, counts } satisfies NetworkJobSettings,
    workers: Math.min(workers, parts),
  });
}

function firstValues(network: Network, seed: number): Float32Array {
  const parts = network.forms.map((form) => network.initial(form, seed));
  const values = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let from = 0;
  for (const part of parts) {
    values.set(part, from);
    from += part.length;
  }
  return values;
}
