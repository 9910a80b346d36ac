/**
 * How much a pair of tokens counts, as an integer: sums of integers do not depend on the order of adding, so a table is the same
 * whatever the batches, the memory and the threads.
 *
 * Harmonic weights 1/d are exact in units of 1 / lcm(1 .. windowSize): 2,520 to a count for a window of 10, 360,360 for 15. From a
 * window of 23 on that number leaves too little room below 2^53, and weights are rounded to multiples of 2^-28 (off by at most
 * 1e-7 of themselves).
 */
import type { DistanceWeighting } from "../../schemas/cooccurrence.js";

const largestExact = 2 ** 28;

export interface DistanceUnits {
  readonly unitsPerCount: number;
  /** Units of a pair by its distance; the place of distance 0 is not used. */
  readonly ofDistance: Float64Array;
}

export function distanceUnits(weighting: DistanceWeighting, windowSize: number): DistanceUnits {
  const unitsPerCount = weighting === "flat" ? 1 : Math.min(leastCommonMultiple(windowSize), largestExact);
  const ofDistance = new Float64Array(windowSize + 1);
  for (let d = 1; d <= windowSize; d++) ofDistance[d] = weighting === "flat" ? 1 : Math.round(unitsPerCount / d);
  return { unitsPerCount, ofDistance };
}

/** lcm(1 .. n); infinite once it is of no use here. */
function leastCommonMultiple(n: number): number {
  let multiple = 1;
  for (let k = 2; k <= n; k++) multiple *= k / greatestCommonDivisor(multiple, k);
  return multiple <= Number.MAX_SAFE_INTEGER ? multiple : Number.POSITIVE_INFINITY;
}

export function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}
