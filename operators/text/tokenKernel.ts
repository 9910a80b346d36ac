import { readFileSync } from "node:fs";
import { compileKernel, type WasmModule } from "../../kernels/numbers/webAssembly.js";

let compiled: WasmModule | undefined;

/** The kernel of FastTokenScanner, compiled once. */
export function tokenKernel(): WasmModule {
  compiled ??= compileKernel(readFileSync(new URL("../../kernels/assembly/tokens.wasm", import.meta.url)));
  return compiled;
}
