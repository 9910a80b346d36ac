import { digamma } from "./variationalTrainer.js";

/**
 * One step of Newton's towards the prior of topics under which documents with such shares are likeliest (Minka 2000, Estimating a Dirichlet distribution; Huang
 * 2005; Blei, Ng, Jordan 2003, A.4.2), of which `rate` is taken: the Hessian is a diagonal and a constant, so that K numbers do.
 *
 *   g_k = D (psi(sum alpha) - psi(alpha_k)) + sum_d E[ln theta_dk],   H = -D diag(psi'(alpha_k)) + D psi'(sum alpha)
 *
 * A step that would leave any prior at or below 0 is not taken.
 * @param logShares sum over the documents of E[ln theta_k]
 */
export function improvePrior(
  alpha: Float64Array,
  logShares: Float64Array,
  documents: number,
  rate: number,
): Float64Array {
  const sum = alpha.reduce((total, each) => total + each, 0);
  const whole = digamma(sum);
  const z = documents * trigamma(sum);
  const gradient = alpha.map((each, k) => documents * (whole - digamma(each)) + logShares[k]!);
  const diagonal = alpha.map((each) => -documents * trigamma(each));
  const above = gradient.reduce((total, g, k) => total + g / diagonal[k]!, 0);
  const below = 1 / z + diagonal.reduce((total, h) => total + 1 / h, 0);
  const shared = above / below;
  const next = alpha.map((each, k) => each - (rate * (gradient[k]! - shared)) / diagonal[k]!);
  return next.every((each) => each > 0) ? next : alpha;
}

/** psi'(x) = psi'(x + 6) + sum of 1 / (x + i)^2, psi'(z) ~ 1/z + 1/(2 z^2) + 1/(6 z^3) - 1/(30 z^5) + 1/(42 z^7). */
export function trigamma(x: number): number {
  let sum = 0;
  for (let i = 0; i < 6; i++) sum += 1 / ((x + i) * (x + i));
  const inverse = 1 / (x + 6);
  const square = inverse * inverse;
  return sum + inverse * (1 + inverse / 2 + square * (1 / 6 + square * (-1 / 30 + square / 42)));
}
