import type { Parameters } from "./engine.js";

/**
 * Shortens the whole gradient to a length, where it is longer (Pascanu et al. 2013, arXiv:1211.5063).
 * @param longest 0 for any
 * @returns its length before; one that is not finite has not been shortened, and no step may be taken by it
 */
export async function clipGradients(parameters: Parameters, longest: number): Promise<number> {
  const length = Math.sqrt(await parameters.squaredNorm());
  if (longest > 0 && length > longest && length < Infinity) parameters.scaleGradients(longest / length);
  return length;
}
