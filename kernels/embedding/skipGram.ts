import { sigmoid, softplus } from "../numbers/sigmoid.js";
import type { OutputRows } from "./outputRows.js";
import type { Weights } from "./weights.js";

/**
 * Skip-gram: each context row v_i of a window (M of them) is trained against the same output rows u_j (N of them) with labels y_j:
 *
 *     s_ij = v_i . u_j      loss = sum over i, j of softplus(s_ij) - y_j s_ij
 *     g_ij = rate (y_j - sigmoid(s_ij))      v_i += sum over j of g_ij u_j      u_j += sum over i of g_ij v_i
 *
 * Mikolov et al. 2013, arXiv:1301.3781, section 3.2; the window as one product of two small matrices: Ji et al. 2016,
 * arXiv:1604.04661, section 3. All scores and sums are taken from the rows as they were before the step; with a Huffman tree the sums are
 * made for two contexts at a time, from the rows as the contexts before have left them. A row that occurs twice gets both its sums.
 * Like word2vec.c the *contexts* read input rows and the centre chooses output rows, which is the paper's model with the roles of a
 * pair exchanged; word2vec.c goes through the contexts one after the other, scores included.
 */
export interface SkipGramScores {
  /** g_ij (M, N). */
  readonly gradients: Float64Array;
  /** Summed over the M pairs of centre and context, in nats. */
  readonly loss: number;
}

type Floats = Weights<Float32Array | Float64Array>;

export function scoreSkipGram(
  { input, output, vectorSize: D }: Floats,
  contexts: Uint32Array, // (M,)
  { rows, labels, length: N }: OutputRows, // (N,)
  rate: number,
): SkipGramScores {
  const gradients = new Float64Array(contexts.length * N);
  let loss = 0;
  contexts.forEach((context, i) => {
    for (let j = 0; j < N; j++) {
      let score = 0;
      for (let d = 0; d < D; d++) score += input[context * D + d]! * output[rows[j]! * D + d]!;
      loss += softplus(score) - labels[j]! * score;
      gradients[i * N + j] = rate * (labels[j]! - sigmoid(score));
    }
  });
  return { gradients, loss };
}

/** Updates the weights in place; `atOnce` contexts make their sums from the same rows. */
export function applySkipGram(
  weights: Floats,
  contexts: Uint32Array, // (M,)
  { rows, length: N }: OutputRows, // (N,)
  { gradients }: SkipGramScores,
  atOnce: number = contexts.length,
): void {
  for (let i = 0; i < contexts.length; i += atOnce) {
    const end = Math.min(contexts.length, i + atOnce);
    applyContexts(weights, contexts.subarray(i, end), rows.subarray(0, N), gradients.subarray(i * N, end * N));
  }
}

function applyContexts(
  { input, output, vectorSize: D }: Floats,
  contexts: Uint32Array, // (M,)
  rows: ArrayLike<number>, // (N,)
  gradients: Float64Array, // (M, N)
): void {
  const [M, N] = [contexts.length, rows.length];
  const inputSums = new Float64Array(M * D);
  const outputSums = new Float64Array(N * D);
  for (let i = 0; i < M; i++)
    for (let j = 0; j < N; j++)
      for (let d = 0; d < D; d++) {
        inputSums[i * D + d]! += gradients[i * N + j]! * output[rows[j]! * D + d]!;
        outputSums[j * D + d]! += gradients[i * N + j]! * input[contexts[i]! * D + d]!;
      }
  for (let i = 0; i < M; i++) for (let d = 0; d < D; d++) input[contexts[i]! * D + d]! += inputSums[i * D + d]!;
  for (let j = 0; j < N; j++) for (let d = 0; d < D; d++) output[rows[j]! * D + d]! += outputSums[j * D + d]!;
}
