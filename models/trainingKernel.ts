import { readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { setFlagsFromString } from "node:v8";
import { compileKernel, isValidKernel, type WasmModule } from "../kernels/numbers/webAssembly.js";

const compiled = new Map<string, WasmModule>();

/**
 * A kernel of `kernels/assembly/`, with fused multiply-add if it is asked for and the engine has it; the same one for all models of a process.
 * Compiled at once by the optimising compiler: most of the work is done in few calls, which tier up late.
 */
export function loadKernel(name: string, fused: boolean): WasmModule {
  const key = `${name} ${fused}`;
  const module = compiled.get(key) ?? compileAtOnce(name, fused);
  compiled.set(key, module);
  return module;
}

function compileAtOnce(name: string, fused: boolean): WasmModule {
  const read = (file: string) => readFileSync(new URL(`../kernels/assembly/${file}`, import.meta.url));
  const relaxed = fused ? read(`${name}.relaxed.wasm`) : undefined;
  if (relaxed && !isValidKernel(relaxed)) setFlagsFromString("--experimental-wasm-relaxed-simd"); // Node 20 and 21
  setFlagsFromString("--no-liftoff");
  try {
    return compileKernel(relaxed && isValidKernel(relaxed) ? relaxed : read(`${name}.wasm`));
  } finally {
    setFlagsFromString("--liftoff");
  }
}

/**
 * How many threads train where nobody says. Threads that train as one wait for each other at every step. On two processors that reading
 * takes a share of, two of them were half as fast as one.
 */
export function workersBeside(deterministic: boolean): number {
  return deterministic ? Math.max(1, availableParallelism() - 1) : availableParallelism();
}

/**
 * Training can only go on to the same bytes with the arithmetic that it began with.
 * @param who the model, for the message
 * @throws RangeError if it is another one
 */
export function requireArithmetic(who: string, begunWith: string, arithmetic: string): void {
  if (begunWith !== arithmetic)
    throw new RangeError(
      `${who}: training must go on with the arithmetic that it began with, ${begunWith}, got ${arithmetic} on this machine`,
    );
}
