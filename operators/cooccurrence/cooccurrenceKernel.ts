import { readFileSync } from "node:fs";
import { compileKernel, type WasmModule } from "../../kernels/numbers/webAssembly.js";

let compiled: WasmModule | undefined;

/** The kernel of RowCounter, compiled once. */
export function cooccurrenceKernel(): WasmModule {
  compiled ??= compileKernel(readFileSync(new URL("../../kernels/assembly/cooccurrence.wasm", import.meta.url)));
  return compiled;
}
