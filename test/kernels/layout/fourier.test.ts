import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { compileKernel, drawUniform, randomStream, squareTransform } from "#kernels";

const compiled = compileKernel(readFileSync("dist/kernels/assembly/fourier.wasm"));
const forms = [
  ["plain", undefined],
  ["compiled", compiled],
] as const;

/** The definition, term by term: the parts of X[k, l]. */
function byDefinition(x: readonly (readonly number[])[], size: number, k: number, l: number): [number, number] {
  let [real, imaginary] = [0, 0];
  for (let m = 0; m < size; m++)
    for (let n = 0; n < size; n++) {
      const angle = (-2 * Math.PI * (k * m + l * n)) / size;
      real += x[m]![n]! * Math.cos(angle);
      imaginary += x[m]![n]! * Math.sin(angle);
    }
  return [real, imaginary];
}

describe.each(forms)("the %s transform of a square", (_, module) => {
  it("is what the definition gives, where only a corner is filled, too", () => {
    const [size, filled] = [8, 4];
    const random = randomStream(1, "test");
    const x = Array.from({ length: size }, (_, m) =>
      Array.from({ length: size }, (_, n) => (m < filled && n < filled ? drawUniform(random, m * size + n) : 0)),
    );
    const transform = squareTransform(size, module);
    for (const [m, row] of x.entries()) transform.real.set(row, m * transform.stride);
    transform.forward(filled);
    for (let k = 0; k < size; k++)
      for (let l = 0; l < size; l++) {
        const [real, imaginary] = byDefinition(x, size, k, l);
        expect(transform.real[k * transform.stride + l]).toBeCloseTo(real, 5);
        expect(transform.imaginary[k * transform.stride + l]).toBeCloseTo(imaginary, 5);
      }
  });

  it("comes back from its inverse, times the number of places", () => {
    const size = 16;
    const transform = squareTransform(size, module);
    const values = Float32Array.from({ length: size }, (_, n) => (n * 7) % 5);
    for (let m = 0; m < size; m++) transform.real.set(values, m * transform.stride);
    transform.forward(size);
    transform.inverse(8);
    for (let at = 0; at < 8; at++) expect(transform.real[3 * transform.stride + at]! / 256).toBeCloseTo(values[at]!, 5);
  });
});
