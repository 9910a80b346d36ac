import { readFileSync } from "node:fs";
import { setFlagsFromString } from "node:v8";
import { compileKernel, drawUniform, neural, randomStream, type WasmModule } from "#kernels";

const { SharedHeap, sizeOf, WasmEngine } = neural;

const modules = new Map<string, WasmModule>();

/** The kernel of neural networks, compiled once for all tests of a file. */
export function neuralModule(name = "neural.wasm"): WasmModule {
  setFlagsFromString("--experimental-wasm-relaxed-simd"); // Node 20 and 21
  const known = modules.get(name) ?? compileKernel(readFileSync(`dist/kernels/assembly/${name}`));
  modules.set(name, known);
  return known;
}

export function wasmEngine(name?: string): InstanceType<typeof WasmEngine> {
  return new WasmEngine(neuralModule(name), SharedHeap.make(2 ** 28));
}

/** Numbers in -1 .. 1, by name. */
export function drawn(name: string, shape: readonly number[]): Float32Array {
  const stream = randomStream(1, name);
  return Float32Array.from({ length: sizeOf(shape) }, (_, i) => 2 * drawUniform(stream, i) - 1);
}

export function relativeDistance(found: ArrayLike<number>, wanted: ArrayLike<number>): number {
  let [distance, length] = [0, 0];
  for (let i = 0; i < wanted.length; i++) {
    distance += (found[i]! - wanted[i]!) ** 2;
    length += wanted[i]! ** 2;
  }
  return Math.sqrt(distance / Math.max(length, 1e-30));
}
