import { type Engine, WasmEngine } from "../../kernels/neural/index.js";
import { loadKernel } from "../trainingKernel.js";

/** What a network is asked on: compiled kernels, with the same answers on every machine. */
export function openEngine(): Engine {
  return new WasmEngine(loadKernel("neural", false));
}
