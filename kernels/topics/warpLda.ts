/**
 * Latent Dirichlet allocation by Metropolis-Hastings sampling, as WarpLDA orders it (Chen et al. 2016, arXiv:1510.08628, section 4).
 *
 * Target:     P(z_i = k | rest)  ~  (C_dk + alpha_k) (C_wk + beta) / (C_k + V beta),  for token i of term w in document d,
 * with counts that stay as they are during a phase. An iteration has two:
 *
 * documents:  accepts the M topics that were proposed for each token by its term, one after the other, with probability
 *             min(1, (C_dp + alpha_p) (C_k + V beta) / ((C_dk + alpha_k) (C_p + V beta))), p proposed, k its topic so far;
 *             then draws M proposals ~ C_dk + alpha_k, with the counts as they have become: the topic of a token of the document,
 *             each with the same chance, or one drawn by alpha.
 * terms:      accepts these with min(1, (C_wp + beta) (C_k + V beta) / ((C_wk + beta) (C_p + V beta))), then draws ~ C_wk + beta.
 *
 * Counts hold the token itself, as in the paper (section 4.2). A draw is a function of the seed, the iteration, its purpose and the token's
 * place alone; C_k is summed in integers: so documents, and terms, may be visited in any order, by any number of threads.
 * The authors' program draws from alias tables where lists are long, and in the order of its threads.
 *
 * The loss of an iteration is -ln of the product over tokens of (C_dk + alpha_k) / (N_d + sum of alpha), as its documents begin, and
 * (C_wk + beta) / (C_k + V beta), as its terms begin.
 */
import { drawUniform, type RandomStream, randomStream } from "../numbers/random.js";

/** N documents, V terms, T tokens in the order of the documents, K topics, M proposals a token in each phase. */
export interface WarpLdaSizes {
  readonly documents: number;
  readonly terms: number;
  readonly tokens: number;
  readonly topics: number;
  readonly proposals: number;
}

/** What all threads share. */
export interface WarpLdaArrays {
  /** Where the tokens of each document begin, and at last where they end (N + 1,). */
  readonly documentStarts: Uint32Array;
  /** Where the tokens of each term begin in `order`, and at last where they end (V + 1,). */
  readonly termStarts: Uint32Array;
  /** The places of the tokens of each term, ascending (T,). */
  readonly order: Uint32Array;
  /** The topic of each token (T,). */
  readonly assigned: Uint16Array;
  /** The topics proposed for each token (T, M). */
  readonly proposed: Uint16Array;
  readonly alpha: Float64Array;
  /** Sums of alpha up to each topic, itself among them (K,). */
  readonly alphaEnds: Float64Array;
  /** C_k + V beta (K,). */
  readonly totals: Float64Array;
  /** 1 / totals (K,). */
  readonly shares: Float64Array;
  /** How often the tokens of each term had each topic, over the iterations that count (V, K). */
  readonly sums: Uint32Array;
}

/** What a thread has for itself. */
export interface WarpLdaScratch {
  readonly counts: Uint32Array;
  readonly local: Uint16Array;
  /** Tokens of each topic that the thread has assigned in this phase (K,). */
  readonly histogram: Uint32Array;
}

export type Phase = "documents" | "terms";

export interface PhaseSettings {
  readonly seed: number;
  readonly iteration: number;
  readonly beta: number;
  /** All of alpha are equal. */
  readonly isSymmetric: boolean;
  /** The iteration counts for `sums`. */
  readonly isSampled: boolean;
}

/** The streams that a phase draws from; the index in each is the token's place x M + which of its proposals. */
export function phaseStreams(seed: number, phase: Phase, iteration: number) {
  return {
    accept: randomStream(seed, `ldaSampler ${phase} accept`, iteration),
    propose: randomStream(seed, `ldaSampler ${phase} propose`, iteration),
  };
}

/** Does a range of the documents or of the terms. Returns -ln of the product that the loss is made of, as `[product, 2^-500s in it]`. */
export type PhaseWork = (first: number, last: number) => readonly [product: number, scalings: number];

/** A phase in plain TypeScript. */
export function warpLdaPhase(
  phase: Phase,
  sizes: WarpLdaSizes,
  arrays: WarpLdaArrays,
  scratch: WarpLdaScratch,
  settings: PhaseSettings,
): PhaseWork {
  const streams = phaseStreams(settings.seed, phase, settings.iteration);
  const work = phase === "documents" ? workOnDocument : workOnTerm;
  return (first, last) => {
    const product = new Product();
    for (let row = first; row < last; row++) work(row, { ...sizes, ...settings, arrays, scratch, ...streams, product });
    return [product.value, product.scalings];
  };
}

interface Working extends WarpLdaSizes, PhaseSettings {
  readonly arrays: WarpLdaArrays;
  readonly scratch: WarpLdaScratch;
  readonly accept: RandomStream;
  readonly propose: RandomStream;
  readonly product: Product;
}

/** A product of many probabilities, with the powers of 2^-500 in it apart. */
class Product {
  value = 1;
  scalings = 0;

  multiply(probability: number): void {
    this.value *= probability;
    if (this.value >= 2 ** -500) return;
    this.value *= 2 ** 500;
    this.scalings++;
  }
}

function workOnDocument(document: number, working: Working): void {
  const { topics, proposals, isSymmetric, arrays, scratch, propose, product } = working;
  const { documentStarts, assigned, proposed, alpha, alphaEnds } = arrays;
  const { counts, histogram } = scratch;
  const [from, to] = [documentStarts[document]!, documentStarts[document + 1]!];
  if (from === to) return;
  const length = to - from;
  const whole = length + alphaEnds[topics - 1]!;
  const perWhole = 1 / whole;
  counts.fill(0);
  for (let i = from; i < to; i++) counts[assigned[i]!]!++;
  const weight = (k: number) => counts[k]! + alpha[k]!;
  for (let i = from; i < to; i++) {
    product.multiply(weight(assigned[i]!) * perWhole);
    assigned[i] = accepted(i, weight, assigned[i]!, working);
    histogram[assigned[i]!]!++;
  }
  for (let index = from * proposals; index < to * proposals; index++) {
    const point = drawUniform(propose, index) * whole;
    if (point < length) proposed[index] = assigned[from + Math.floor(point)]!;
    else if (isSymmetric) proposed[index] = Math.min(Math.floor((point - length) / alpha[0]!), topics - 1);
    else proposed[index] = topicAt(alphaEnds, point - length);
  }
}

function workOnTerm(term: number, working: Working): void {
  const { topics, proposals, beta, isSampled, arrays, scratch, propose, product } = working;
  const { termStarts, order, assigned, proposed, shares, sums } = arrays;
  const { counts, local, histogram } = scratch;
  const from = termStarts[term]!;
  const length = termStarts[term + 1]! - from;
  if (length === 0) return;
  const whole = length + beta * topics;
  counts.fill(0);
  for (let j = 0; j < length; j++) {
    local[j] = assigned[order[from + j]!]!;
    counts[local[j]!]!++;
  }
  const weight = (k: number) => counts[k]! + beta;
  for (let j = 0; j < length; j++) {
    const i = order[from + j]!;
    product.multiply(weight(local[j]!) * shares[local[j]!]!);
    local[j] = accepted(i, weight, local[j]!, working);
    assigned[i] = local[j]!;
    histogram[local[j]!]!++;
    if (isSampled) sums[term * topics + local[j]!]!++;
  }
  for (let j = 0; j < length; j++) {
    const first = order[from + j]! * proposals;
    for (let index = first; index < first + proposals; index++) {
      const point = drawUniform(propose, index) * whole;
      const fromPrior = Math.min(Math.floor((point - length) / beta), topics - 1);
      proposed[index] = point < length ? local[Math.floor(point)]! : fromPrior;
    }
  }
}

/** The topic of a token after each of its proposals was accepted or refused. */
function accepted(token: number, weight: (topic: number) => number, topic: number, working: Working): number {
  const { proposals, accept, arrays } = working;
  const { proposed, totals } = arrays;
  let k = topic;
  for (let index = token * proposals; index < (token + 1) * proposals; index++) {
    const p = proposed[index]!;
    if (p === k) continue;
    const gain = weight(p) * totals[k]!;
    const stay = weight(k) * totals[p]!;
    if (drawUniform(accept, index) * stay < gain) k = p;
  }
  return k;
}

/** The first whose end lies above a point. */
function topicAt(ends: Float64Array, point: number): number {
  let low = 0;
  let high = ends.length - 1;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (point < ends[middle]!) high = middle;
    else low = middle + 1;
  }
  return low;
}
