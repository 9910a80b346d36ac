import { exp } from "../numbers/logarithm.js";

/**
 * e^psi(x), psi being the digamma function, without a logarithm: psi(x) = psi(x + 3) - 1/x - 1/(x+1) - 1/(x+2), and e^psi(z + 1/2) is the series
 * z + 1/(24 z) - 37/(5760 z^3) + 10313/(2903040 z^5) (Abramowitz and Stegun 6.3.18, exponentiated). Relative error 2e-6 for x >= 0.01.
 */
export function expDigamma(x: number): number {
  return exp(-Math.min(700, digammaShift(x))) * expDigammaSeries(x);
}

/** 1/x + 1/(x+1) + 1/(x+2): how far psi(x) lies below psi(x + 3). */
export function digammaShift(x: number): number {
  return 1 / x + 1 / (x + 1) + 1 / (x + 2);
}

/** e^psi(x + 3). */
export function expDigammaSeries(x: number): number {
  const z = x + 2.5;
  const inverse = 1 / z;
  const square = inverse * inverse;
  return z + inverse * (1 / 24 + square * (-37 / 5760 + square * (10313 / 2903040)));
}
