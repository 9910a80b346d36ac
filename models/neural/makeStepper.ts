import { availableParallelism } from "node:os";
import { type Engine, type Network, referenceEngine } from "../../kernels/neural/index.js";
import { plainStepper } from "../../kernels/neural/plainStepper.js";
import type { Stepper } from "../../kernels/neural/stepper.js";
import { joinFloats } from "../../kernels/numbers/joinFloats.js";
import { openTensorflow } from "../tensorflow.js";
import type { NetworkKind, NetworkTerms, TrainingSettings } from "./networkKind.js";
import { threadStepper } from "./threadStepper.js";

/** What a thread that learns with a network makes it of. */
export interface NetworkJobSettings extends Pick<NetworkKind, "settings"> {
  readonly counts: Float64Array;
}

/** From so many parameters on, products are so large that TensorFlow's kernels make up for the calls of its small operations. */
const LARGE = 20_000_000;

/**
 * A network at its first values, on the engine of choice. `auto` is wasm, but for large networks where TensorFlow.js is there.
 * @throws RangeError if an engine that was asked for by its name does not load
 */
export async function makeStepper(
  who: string,
  { settings, script }: NetworkKind,
  network: Network,
  { counts }: Pick<NetworkTerms, "counts">,
  { seed, parts, engine, deterministic, workers = availableParallelism() }: TrainingSettings,
): Promise<Stepper> {
  const values = joinFloats(network.forms.map((form) => network.initial(form, seed)));
  const onOne = (one: Engine) => plainStepper(one, network, values, { parts, seed });
  if (engine === "reference") return onOne(referenceEngine());
  if (engine === "tensorflow" || (engine === "auto" && values.length >= LARGE)) {
    const opened = await openTensorflow(who);
    if ("engine" in opened) return onOne(opened.engine);
    if (engine === "tensorflow") throw new RangeError(opened.why);
  }
  return threadStepper(network, values, {
    ...{ who, script, seed, parts, fused: !deterministic },
    settings: { settings, counts } satisfies NetworkJobSettings,
    workers: Math.min(workers, parts),
  });
}
