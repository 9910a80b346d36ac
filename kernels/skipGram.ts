import type { OutputRows } from "./outputRows.js";
import { sigmoid, softplus } from "./sigmoid.js";
import type { Weights } from "./weights.js";

/**
 * Skip-gram: each context row v_i of a window (M of them) is trained against the same output rows u_j (N of them) with labels y_j:
 *
 *     s_ij = v_i . u_j      loss = sum over i, j of softplus(s_ij) - y_j s_ij
 *     g_ij = rate (y_j - sigmoid(s_ij))      v_i += sum over j of g_ij u_j      u_j += sum over i of g_ij v_i
 *
 * Mikolov et al. 2013, arXiv:1301.3781, section 3.2; the window as one product of two small matrices: Ji et al. 2016,
 * arXiv:1604.04661, section 3. All scores and sums are taken from the rows as they were before the step; a row that occurs twice
 * gets both its sums. Like word2vec.c the *contexts* read input rows and the centre chooses output rows, which is the paper's model
 * with the roles of a pair exchanged; word2vec.c goes through the contexts one after the other.
 *
 * Updates `weights` in place; returns the loss summed over the M pairs of centre and context, in nats.
 */
export function skipGramStep(
  { input, output, vectorSize: D }: Weights<Float32Array | Float64Array>,
  contexts: Uint32Array, // (M,)
  { rows, labels, length: N }: OutputRows, // (N,)
  rate: number,
): number {
  const M = contexts.length;
  const inputSums = new Float64Array(M * D);
  const outputSums = new Float64Array(N * D);
  let loss = 0;
  for (let i = 0; i < M; i++) {
    const v = contexts[i]! * D;
    for (let j = 0; j < N; j++) {
      const u = rows[j]! * D;
      let score = 0;
      for (let d = 0; d < D; d++) score += input[v + d]! * output[u + d]!;
      loss += softplus(score) - labels[j]! * score;
      const gradient = rate * (labels[j]! - sigmoid(score));
      for (let d = 0; d < D; d++) {
        inputSums[i * D + d]! += gradient * output[u + d]!;
        outputSums[j * D + d]! += gradient * input[v + d]!;
      }
    }
  }
  for (let i = 0; i < M; i++) for (let d = 0; d < D; d++) input[contexts[i]! * D + d]! += inputSums[i * D + d]!;
  for (let j = 0; j < N; j++) for (let d = 0; d < D; d++) output[rows[j]! * D + d]! += outputSums[j * D + d]!;
  return loss;
}
