/**
 * Probabilistic latent semantic analysis: P(w | d) = sum_z P(z | d) P(w | z), fitted to counts n(d, w) by expectation and maximisation
 * (Hofmann 1999, "Probabilistic latent semantic indexing"). A step has two halves, each of which raises the likelihood:
 *
 *   topics of documents:  P(z | d)  ~  P(z | d) sum_w n(d, w) P(w | z) / P(w | d)
 *   terms of topics:      P(w | z)  ~  P(w | z) sum_d n(d, w) P(z | d) / P(w | d),   with the new P(z | d)
 *
 * which are the multiplicative updates of non-negative matrix factorisation under the Kullback-Leibler divergence (Gaussier and Goutte 2005):
 * with N_d P(z | d) in W and P(w | z) in H, scikit-learn's NMF(beta_loss="kullback-leibler", solver="mu") makes the same steps. Its H is not
 * divided by its sums after a step; so P(z | d) is multiplied by those sums before the next. Hofmann's own step takes both halves from
 * the same P(z | d, w).
 *
 * Tempered, P(z | d, w) ~ (P(z | d) P(w | z))^temper: both factors are raised to it beforehand, and nothing is multiplied by the sums.
 */
import { drawUniform, randomStream } from "../numbers/random.js";

/** N documents, V terms, K topics. */
export interface PlsaParameters {
  /** P(z | d), a row a document (N, K). */
  readonly theta: Float64Array;
  /** P(w | z), a row a term (V, K). */
  readonly phi: Float64Array;
  /** By what P(z | d) is multiplied before the next step (K,). */
  readonly scale: Float64Array;
}

export interface PlsaDocument {
  readonly terms: readonly number[];
  readonly values: readonly number[];
}

/** P(w | z) to begin with: each term between 1/2 and 3/2 of its equal share, at random (V, K). */
export function firstTermShares(terms: number, topics: number, seed: number): Float64Array {
  const stream = randomStream(seed, "plsa first terms");
  const shares = Float64Array.from({ length: terms * topics }, (_, i) => 0.5 + drawUniform(stream, i));
  const wholes = columnSums(shares, topics);
  return shares.map((share, i) => share / wholes[i % topics]!);
}

/** A step over all documents, in place. Returns -ln of the likelihood between its halves, in nats. */
export function plsaStep(documents: readonly PlsaDocument[], { theta, phi, scale }: PlsaParameters): number {
  const topics = scale.length;
  const sums = new Float64Array(phi.length);
  const mass = new Float64Array(topics);
  let loss = 0;
  documents.forEach((document, d) => {
    const own = theta.subarray(d * topics, (d + 1) * topics);
    stepTopics(document, own, phi, scale);
    const tokens = document.values.reduce((sum, value) => sum + value, 0);
    for (let k = 0; k < topics; k++) mass[k]! += tokens * own[k]!;
    document.terms.forEach((term, i) => {
      const ofTerm = phi.subarray(term * topics, (term + 1) * topics);
      const probability = dot(own, ofTerm);
      loss -= document.values[i]! * Math.log(probability);
      for (let k = 0; k < topics; k++) sums[term * topics + k]! += (document.values[i]! / probability) * own[k]!;
    });
  });
  for (let i = 0; i < phi.length; i++) phi[i]! *= sums[i]!;
  const wholes = columnSums(phi, topics);
  for (let i = 0; i < phi.length; i++) phi[i]! /= wholes[i % topics]!;
  for (let k = 0; k < topics; k++) scale[k] = wholes[k]! / mass[k]!;
  return loss;
}

function stepTopics({ terms, values }: PlsaDocument, own: Float64Array, phi: Float64Array, scale: Float64Array): void {
  const topics = scale.length;
  if (terms.length === 0) return;
  const before = own.map((share, k) => share * scale[k]!);
  own.fill(0);
  terms.forEach((term, i) => {
    const ofTerm = phi.subarray(term * topics, (term + 1) * topics);
    const probability = dot(before, ofTerm);
    for (let k = 0; k < topics; k++) own[k]! += (values[i]! / probability) * before[k]! * ofTerm[k]!;
  });
  const whole = own.reduce((sum, share) => sum + share, 0);
  for (let k = 0; k < topics; k++) own[k]! /= whole;
}

const dot = (a: Float64Array, b: Float64Array): number => a.reduce((sum, each, k) => sum + each * b[k]!, 0);

function columnSums(values: Float64Array, columns: number): Float64Array {
  const sums = new Float64Array(columns);
  for (let i = 0; i < values.length; i++) sums[i % columns]! += values[i]!;
  return sums;
}
