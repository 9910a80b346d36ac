import { readFileSync } from "node:fs";
import { setFlagsFromString } from "node:v8";
import { expect } from "vitest";
import { compileKernel, drawUniform, neural, randomStream, type WasmModule } from "#kernels";

const { referenceEngine, SharedHeap, sizeOf, WasmEngine } = neural;

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

/** What an engine works on: tensors of drawn numbers. */
export interface Bench {
  readonly engine: neural.Engine;
  draw(name: string, shape: readonly number[]): neural.Tensor;
}

/** Both engines make the same of the same numbers, but for rounding. */
export function expectAsReference(
  engine: neural.Engine,
  work: (bench: Bench) => Readonly<Record<string, neural.Tensor>>,
  tolerance = 1e-5,
): void {
  const [found, wanted] = [engine, referenceEngine()].map((each) =>
    each.scope(() => {
      const made = work({ engine: each, draw: (name, shape) => each.place(drawn(name, shape), shape) });
      return Object.entries(made).map(
        ([name, tensor]) => [name, tensor.shape, each.read(tensor) as Float32Array] as const,
      );
    }),
  );
  for (const [i, [name, shape, values]] of wanted!.entries()) {
    expect(found![i]![1], `shape of ${name}`).toEqual(shape);
    expect(relativeDistance(found![i]![2], values), `${name} of ${shape}`).toBeLessThan(tolerance);
  }
}
