import { normalQuantile } from "../numbers/normalQuantile.js";
import { drawUint32, drawUniform, randomStream } from "../numbers/random.js";
import type { ParameterForm } from "./engine.js";
import { sizeOf } from "./shapes.js";

/** Uniform in -range .. range: a function of seed, the parameter's name and the place in it. */
export function uniformValues({ name, shape }: ParameterForm, seed: number, range: number): Float32Array {
  const stream = randomStream(seed, `initial ${name}`);
  return Float32Array.from({ length: sizeOf(shape) }, (_, i) => (2 * drawUniform(stream, i) - 1) * range);
}

/** Normal around 0: a function of seed, the parameter's name and the place in it. */
export function normalValues({ name, shape }: ParameterForm, seed: number, deviation: number): Float32Array {
  const stream = randomStream(seed, `initial ${name}`);
  const values = new Float32Array(sizeOf(shape));
  for (let i = 0; i < values.length; i++)
    values[i] = deviation * normalQuantile((drawUint32(stream, i) + 0.5) / 2 ** 32); // never 0 or 1
  return values;
}
