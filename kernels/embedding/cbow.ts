import { sigmoid, softplus } from "../numbers/sigmoid.js";
import type { OutputRows } from "./outputRows.js";
import type { Weights } from "./weights.js";

/**
 * CBOW: the mean (or sum) h of a window's M context rows v_i is trained against N output rows u_j with labels y_j:
 *
 *     h = 1/M sum over i of v_i      s_j = h . u_j      loss = sum over j of softplus(s_j) - y_j s_j
 *     g_j = rate (y_j - sigmoid(s_j))      u_j += g_j h      every v_i += sum over j of g_j u_j
 *
 * Mikolov et al. 2013, arXiv:1301.3781, section 3.1. With the mean, the gradient of v_i would be 1/M of that sum. word2vec.c
 * leaves the 1/M out, which amounts to an M times larger rate for input rows, and so does this (Irsoy et al. 2021, arXiv:2012.15332,
 * discuss it). All sums are taken from the rows as they were before the step; a row that occurs twice gets both.
 */
export interface CbowScores {
  /** h (D,). */
  readonly hidden: Float64Array;
  /** g_j (N,). */
  readonly gradients: Float64Array;
  /** Of the centre, in nats. */
  readonly loss: number;
}

type Floats = Weights<Float32Array | Float64Array>;

export function scoreCbow(
  { input, output, vectorSize: D }: Floats,
  contexts: Uint32Array, // (M,)
  { rows, labels, length: N }: OutputRows, // (N,)
  rate: number,
  mean: boolean,
): CbowScores {
  const hidden = new Float64Array(D);
  for (const context of contexts) for (let d = 0; d < D; d++) hidden[d]! += input[context * D + d]!;
  if (mean) for (let d = 0; d < D; d++) hidden[d]! /= contexts.length;
  const gradients = new Float64Array(N);
  let loss = 0;
  for (let j = 0; j < N; j++) {
    let score = 0;
    for (let d = 0; d < D; d++) score += hidden[d]! * output[rows[j]! * D + d]!;
    loss += softplus(score) - labels[j]! * score;
    gradients[j] = rate * (labels[j]! - sigmoid(score));
  }
  return { hidden, gradients, loss };
}

/** Updates the weights in place. */
export function applyCbow(
  { input, output, vectorSize: D }: Floats,
  contexts: Uint32Array, // (M,)
  { rows, length: N }: OutputRows, // (N,)
  { hidden, gradients }: CbowScores,
): void {
  const inputSum = new Float64Array(D);
  for (let j = 0; j < N; j++) for (let d = 0; d < D; d++) inputSum[d]! += gradients[j]! * output[rows[j]! * D + d]!;
  for (let j = 0; j < N; j++) for (let d = 0; d < D; d++) output[rows[j]! * D + d]! += gradients[j]! * hidden[d]!;
  for (const context of contexts) for (let d = 0; d < D; d++) input[context * D + d]! += inputSum[d]!;
}
