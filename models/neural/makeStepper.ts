import { availableParallelism } from "node:os";
import { type Engine, type Network, referenceEngine } from "../../kernels/neural/index.js";
import { plainStepper } from "../../kernels/neural/plainStepper.js";
import type { Stepper } from "../../kernels/neural/stepper.js";
import { countOf } from "../../kernels/neural/wasm/parameters.js";
import { joinFloats } from "../../kernels/numbers/joinFloats.js";
import { openTensorflow } from "../tensorflow.js";
import type { NetworkKind, NetworkTerms, NetworkTraining } from "./networkKind.js";
import { requireMemory } from "./requireMemory.js";
import { threadStepper } from "./threadStepper.js";

/** What a thread that learns with a network makes it of. */
export interface NetworkJobSettings extends Pick<NetworkKind, "settings" | "head">, NetworkTerms {}

/**
 * From so many parameters on, products are so large that TensorFlow's kernels make up for the calls of its small operations. The LSTM of 4.65
 * million parameters in docs/engines.md takes both as long; the rest of the way is a margin, since TensorFlow takes memory and time to load.
 */
const LARGE = 20_000_000;

/** What learns, and why it is this one. */
export interface ChosenStepper {
  readonly stepper: Stepper;
  readonly choice: string;
}

/** What a model has to learn from: terms, and batches of rows like the first one, if that has come. */
export interface ToLearnFrom extends NetworkTerms {
  readonly rows: number;
  readonly length: number;
}

/**
 * A network at its first values, on the engine of choice. `auto` is wasm, but for large networks where TensorFlow.js is there.
 * @throws RangeError if an engine that was asked for by its name does not load, or compiled kernels cannot hold the network
 */
export async function makeStepper(
  who: string,
  { settings, script, head }: Pick<NetworkKind, "settings" | "script" | "head">,
  network: Network,
  { terms, counts, rows, length }: ToLearnFrom,
  { seed, parts, engine, deterministic, holdout, workers = availableParallelism() }: NetworkTraining,
): Promise<ChosenStepper> {
  const parameters = countOf(network.forms);
  const values = () => joinFloats(network.forms.map((form) => network.initial(form, seed)));
  const isLarge = engine === "auto" && parameters >= LARGE;
  const choice =
    engine === "auto" ? `auto: ${parameters} parameters, tensorflow from ${LARGE / 1e6} million on` : "asked for";
  const onOne = (one: Engine) => ({ stepper: plainStepper(one, network, values(), { parts, seed }), choice });
  if (engine === "reference") return onOne(referenceEngine());
  if (engine === "tensorflow" || isLarge) {
    const opened = await openTensorflow(who);
    if ("engine" in opened) return onOne(opened.engine);
    if (engine === "tensorflow") throw new RangeError(opened.why);
  }
  const { output } = settings;
  const scoresAll = !head && (output === "full" || (output === "sampled" && holdout > 0)); // what is held out is judged by all terms
  requireMemory(who, {
    ...{ parameters, parts, scores: scoresAll ? counts.length : 0 },
    places: Math.floor((rows * Math.min(workers, parts)) / parts) * length,
  });
  const stepper = threadStepper(network, values(), {
    ...{ who, script, seed, parts, fused: !deterministic },
    settings: { settings, terms, counts, ...(head && { head }) } satisfies NetworkJobSettings,
    workers: Math.min(workers, parts),
  });
  return { stepper, choice: isLarge ? `${choice}, which does not load` : choice };
}
