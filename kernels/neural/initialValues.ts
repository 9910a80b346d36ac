import { drawUniform, randomStream } from "../numbers/random.js";
import type { ParameterForm } from "./engine.js";
import { sizeOf } from "./shapes.js";

/** Uniform in -range .. range: a function of seed, the parameter's name and the place in it. */
export function uniformValues({ name, shape }: ParameterForm, seed: number, range: number): Float32Array {
  const stream = randomStream(seed, `initial ${name}`);
  return Float32Array.from({ length: sizeOf(shape) }, (_, i) => (2 * drawUniform(stream, i) - 1) * range);
}
