import type { Parameters } from "./engine.js";

/**
 * Shortens the whole gradient to a length, where it is longer (Pascanu et al. 2013, arXiv:1211.5063).
 * @returns its length before
 * @throws RangeError if it is not finite: a step would destroy the parameters
 */
export async function clipGradients(parameters: Parameters, longest: number): Promise<number> {
  const length = Math.sqrt(await parameters.squaredNorm());
  if (!Number.isFinite(length)) {
    throw new RangeError(
      `clipGradients: the length of the gradient must be finite, found ${length}; a lower learning rate may help`,
    );
  }
  if (length > longest) parameters.scaleGradients(longest / length);
  return length;
}
