import { type Engine, referenceEngine, WasmEngine } from "../../kernels/neural/index.js";
import { openTensorflow } from "../tensorflow.js";
import { loadKernel } from "../trainingKernel.js";
import type { TrainingSettings } from "./networkKind.js";

/** What a network is asked on: compiled kernels, with the same answers on every machine. */
export function openEngine(): Engine {
  return new WasmEngine(loadKernel("neural", false));
}

/**
 * An engine by its name; `auto` is wasm.
 * @throws RangeError if TensorFlow.js was asked for and does not load
 */
export async function namedEngine(
  who: string,
  { engine, deterministic }: Pick<TrainingSettings, "engine" | "deterministic">,
): Promise<Engine> {
  if (engine === "reference") return referenceEngine();
  if (engine !== "tensorflow") return new WasmEngine(loadKernel("neural", !deterministic));
  const opened = await openTensorflow(who);
  if ("engine" in opened) return opened.engine;
  throw new RangeError(opened.why);
}
