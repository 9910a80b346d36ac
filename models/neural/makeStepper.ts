import { availableParallelism } from "node:os";
import { type Network, referenceEngine } from "../../kernels/neural/index.js";
import { plainStepper } from "../../kernels/neural/plainStepper.js";
import type { Stepper } from "../../kernels/neural/stepper.js";
import { joinFloats } from "../../kernels/numbers/joinFloats.js";
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
  const values = joinFloats(network.forms.map((form) => network.initial(form, seed)));
  if (engine === "reference") return plainStepper(referenceEngine(), network, values, { parts, seed });
  return threadStepper(network, values, {
    ...{ who, script, seed, parts, fused: !deterministic },
    settings: { settings, counts } satisfies NetworkJobSettings,
    workers: Math.min(workers, parts),
  });
}
