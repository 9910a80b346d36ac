/**
 * Minka's fixed point for the parameters of a Dirichlet distribution from counts that were drawn by way of it:
 *
 *     alpha_k  <-  alpha_k  sum_d [psi(C_dk + alpha_k) - psi(alpha_k)]  /  sum_d [psi(N_d + A) - psi(A)],    A = sum of alpha.
 *
 * By psi(n + a) - psi(a) = 1/a + 1/(a + 1) + ... + 1/(a + n - 1), both sums need only how many documents have more than j of something, for
 * each j (Wallach 2008, "Structured topic models for language", section 2.3.5): exact integers, whose order does not matter.
 *
 * @see Minka 2000, "Estimating a Dirichlet distribution"; Wallach, Mimno and McCallum 2009, "Rethinking LDA: why priors matter"
 */

/** Below this, no document would be offered the topic any more. */
const LEAST = 1e-5;
const STEPS = 20;

/** How many documents have more than j tokens, by j; and how many have more than j of topic k, by k and j. */
export interface CountsAbove {
  readonly lengths: Uint32Array;
  readonly topics: readonly Uint32Array[];
}

/** Counts the documents of tokens that have topics; document d has those from `starts[d]` to `starts[d + 1]`. */
export function countsAbove(starts: Uint32Array, assigned: Uint16Array, topics: number): CountsAbove {
  const lengths: number[] = [];
  const ofTopics = Array.from({ length: topics }, (): number[] => []);
  const seen = new Uint32Array(topics);
  for (let d = 0; d + 1 < starts.length; d++) {
    const [from, to] = [starts[d]!, starts[d + 1]!];
    for (let i = from; i < to; i++) {
      addAt(ofTopics[assigned[i]!]!, seen[assigned[i]!]!++);
      addAt(lengths, i - from);
    }
    for (let i = from; i < to; i++) seen[assigned[i]!] = 0;
  }
  return { lengths: Uint32Array.from(lengths), topics: ofTopics.map((counts) => Uint32Array.from(counts)) };
}

function addAt(counts: number[], j: number): void {
  counts[j] = (counts[j] ?? 0) + 1;
}

/** Alpha after some steps of the fixed point from another. */
export function fittedAlpha(alpha: Float64Array, { lengths, topics }: CountsAbove): Float64Array {
  let fitted = alpha;
  for (let step = 0; step < STEPS; step++) {
    const whole = harmonic(
      lengths,
      fitted.reduce((sum, each) => sum + each, 0),
    );
    fitted = fitted.map((each, k) => Math.max(LEAST, (each * harmonic(topics[k]!, each)) / whole));
  }
  return fitted;
}

function harmonic(countsAbove: Uint32Array, from: number): number {
  let sum = 0;
  for (let j = 0; j < countsAbove.length; j++) sum += countsAbove[j]! / (from + j);
  return sum;
}
