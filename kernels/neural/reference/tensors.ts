import type { Indices, Tensor } from "../engine.js";
import { requireCount, sizeOf } from "../shapes.js";

/** A tensor of the reference engine: its numbers can be looked at and changed, which is what tests of gradients do. */
export interface ReferenceTensor extends Tensor {
  readonly values: Float64Array;
}

export interface ReferenceIndices extends Indices {
  readonly values: Int32Array;
}

export function tensor(
  shape: readonly number[],
  values: Float64Array = new Float64Array(sizeOf(shape)),
): ReferenceTensor {
  return { shape, values };
}

export function placed(values: Float32Array | Float64Array, shape: readonly number[]): ReferenceTensor {
  requireCount("place", "number of values", values.length, sizeOf(shape));
  return tensor(shape, Float64Array.from(values));
}

export function indices(values: Int32Array): ReferenceIndices {
  return { length: values.length, values };
}
