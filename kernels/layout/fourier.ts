import { sharedMemory, startKernel, type WasmModule } from "../numbers/webAssembly.js";

/**
 * The discrete Fourier transform of a square of complex numbers:
 *
 *     X[k, l] = sum over m, n of x[m, n] w^(k m + l n),    w = e^(-2 pi i / size)
 *
 * in two passes, each of which transforms the columns (Cooley and Tukey 1965, Math. Comp. 19) and writes them as rows. Size: a power of 2, at
 * least 4. The roots w^k come from square roots and products, which IEEE 754 rounds in one way. Memory: 8 squares of single precision, of
 * which `planes` are for the caller.
 */
export interface SquareTransform {
  readonly size: number;
  /** Numbers from the beginning of a row to that of the next; somewhat more than `size`, so that columns do not share places in the cache. */
  readonly stride: number;
  /** What is transformed. */
  readonly real: Float32Array;
  readonly imaginary: Float32Array;
  /** Transforms a square that is filled in its first rows and columns alone, as many as `filled`; others are taken for zeros. */
  forward(filled: number): void;
  /** size^2 times the inverse, as far as the first `kept` rows and columns. */
  inverse(kept: number): void;
}

const PADDING = 16;

/** Transforms by the compiled kernel `kernels/assembly/fourier.ts`, or without it some five times as slowly and in double precision. */
export function squareTransform(size: number, module?: WasmModule): SquareTransform {
  const stride = size + PADDING;
  const { planes, pass } = module ? compiledPass(size, stride, module) : plainPass(size, stride);
  const [real, imaginary, otherReal, otherImaginary] = planes as readonly [Plane, Plane, Plane, Plane];
  return {
    ...{ size, stride, real: real.values, imaginary: imaginary.values },
    forward: (filled) => {
      pass(real, imaginary, otherReal, otherImaginary, { columns: filled, filled, kept: size });
      pass(otherReal, otherImaginary, real, imaginary, { columns: size, filled, kept: size });
    },
    inverse: (kept) => {
      // parts swapped: the conjugate roots
      pass(imaginary, real, otherImaginary, otherReal, { columns: size, filled: size, kept });
      pass(otherImaginary, otherReal, imaginary, real, { columns: kept, filled: size, kept });
    },
  };
}

interface Plane {
  readonly at: number;
  readonly values: Float32Array;
}

/** Columns that are transformed, rows of them that are not zero, and numbers of the result that are written. */
interface Part {
  readonly columns: number;
  readonly filled: number;
  readonly kept: number;
}

type Pass = (real: Plane, imaginary: Plane, outReal: Plane, outImaginary: Plane, part: Part) => void;

interface Passes {
  readonly planes: readonly Plane[];
  readonly pass: Pass;
}

/** What `kernels/assembly/fourier.ts` exports. */
interface FourierKernel {
  transformColumns(...places: number[]): void;
}

const BASE = 65536; // below lies what the compiled kernel keeps for itself

function compiledPass(size: number, stride: number, module: WasmModule): Passes {
  const planeBytes = 4 * size * stride;
  const scratch = BASE + 4 * planeBytes;
  const [cosines, sines, reversed] = [scratch + 32 * size, scratch + 36 * size, scratch + 40 * size];
  const memory = sharedMemory(scratch + 44 * size);
  const kernel = startKernel<FourierKernel>(module, memory);
  const roots = rootsOfOne(size);
  new Float32Array(memory.buffer, cosines, size).set(roots.cosines);
  new Float32Array(memory.buffer, sines, size).set(roots.sines);
  new Uint32Array(memory.buffer, reversed, size).set(bitReversal(size));
  const planes = Array.from({ length: 4 }, (_, k) => {
    const at = BASE + k * planeBytes;
    return { at, values: new Float32Array(memory.buffer, at, size * stride) };
  });
  const tables = [scratch, cosines, sines, reversed, size, stride];
  return {
    planes,
    pass: (real, imaginary, outReal, outImaginary, { columns, filled, kept }) =>
      kernel.transformColumns(real.at, imaginary.at, outReal.at, outImaginary.at, ...tables, columns, filled, kept),
  };
}

function plainPass(size: number, stride: number): Passes {
  const { cosines, sines } = rootsOfOne(size);
  const reversed = bitReversal(size);
  const [x, y] = [new Float64Array(size), new Float64Array(size)];
  return {
    planes: Array.from({ length: 4 }, () => ({ at: 0, values: new Float32Array(size * stride) })),
    pass: (real, imaginary, outReal, outImaginary, { columns, filled, kept }) => {
      for (let column = 0; column < columns; column++) {
        for (let n = 0; n < size; n++) {
          x[reversed[n]!] = n < filled ? real.values[n * stride + column]! : 0;
          y[reversed[n]!] = n < filled ? imaginary.values[n * stride + column]! : 0;
        }
        butterflies(x, y, cosines, sines);
        outReal.values.set(x.subarray(0, kept), column * stride);
        outImaginary.values.set(y.subarray(0, kept), column * stride);
      }
    },
  };
}

function butterflies(real: Float64Array, imaginary: Float64Array, cosines: Float64Array, sines: Float64Array): void {
  for (let half = 1; half < real.length; half *= 2)
    for (let block = 0; block < real.length; block += 2 * half)
      for (let k = half, low = block, high = block + half; k < 2 * half; k++, low++, high++) {
        const x = real[high]! * cosines[k]! - imaginary[high]! * sines[k]!;
        const y = real[high]! * sines[k]! + imaginary[high]! * cosines[k]!;
        real[high] = real[low]! - x;
        imaginary[high] = imaginary[low]! - y;
        real[low]! += x;
        imaginary[low]! += y;
      }
}

/** Real and imaginary parts of e^(-pi i k / half) at half + k, for each half = 1, 2, 4 .. size / 2 and k < half. */
function rootsOfOne(size: number): { readonly cosines: Float64Array; readonly sines: Float64Array } {
  const cosines = new Float64Array(size);
  const sines = new Float64Array(size);
  let [c, s] = [-1, 0]; // half a turn, halved with each step
  for (let half = 1; half < size; half *= 2) {
    [cosines[half], sines[half]] = [1, 0];
    for (let k = 1; k < half; k++) {
      const even = (half + (k & ~1)) / 2; // that root stands in the table of the step before
      const [a, b] = [cosines[even]!, sines[even]!];
      cosines[half + k] = k & 1 ? a * c - b * s : a;
      sines[half + k] = k & 1 ? a * s + b * c : b;
    }
    [c, s] = [Math.sqrt((1 + c) / 2), -Math.sqrt((1 - c) / 2)];
  }
  return { cosines, sines };
}

function bitReversal(size: number): Uint32Array {
  const reversed = new Uint32Array(size);
  for (let n = 1; n < size; n++) reversed[n] = (reversed[n >> 1]! >> 1) | (n & 1 ? size >> 1 : 0);
  return reversed;
}
