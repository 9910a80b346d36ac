/**
 * Arithmetic of neural networks in single precision, four numbers at a time: what `kernels/neural/wasmEngine.ts` calls. No function depends
 * on how many threads there are; those that sum say in which order. Addresses and steps are in bytes.
 */
import { madd } from "./common/training";

export { attend, attendBackward } from "./neural/attention";
export * from "./neural/elementwise";
export * from "./neural/lstm";
export * from "./neural/optimisers";
export { packColumns, packedBytes, scratchBytes } from "./neural/panels";
export { multiply } from "./neural/product";
export * from "./neural/rows";
export { edge } from "./neural/tiles";

/** Whether `madd` rounds once: of x = 1 + 2^-23, the square of x has a bit that is lost otherwise. */
export function fuses(x: f32): bool {
  const square = f32x4.splat(x);
  return f32x4.extract_lane(madd(square, square, f32x4.splat(-(x * x))), 0) != 0;
}
