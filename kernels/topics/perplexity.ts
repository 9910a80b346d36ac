import type { DocumentTermBatch } from "../../schemas/documentTerms.js";
import { exp, ln } from "../numbers/logarithm.js";

/** What tells the topics of a document. */
export interface DocumentTopics {
  /** P(term | topic), a row a term (V x K). */
  readonly probabilities: Float32Array;
  /** The share of each topic in a document (K,), of its terms and how often each occurs. */
  shares(terms: ArrayLike<number>, values: ArrayLike<number>): Float64Array;
}

export interface HeldOutScore {
  /** e to the mean of -ln P over the tokens that are predicted; NaN if there are none. */
  readonly perplexity: number;
  /** -ln P summed over them, in nats. */
  readonly loss: number;
  /** Tokens that are predicted. */
  readonly tokens: number;
  /** Documents with at least one of them. */
  readonly documents: number;
}

/**
 * How well topics predict documents that they did not learn from, by document completion (Wallach et al. 2009, section 5.1; Rosen-Zvi et al. 2004): of a
 * document's tokens, written term by term, those at even places tell its topics, and those at odd places are predicted:
 *
 *   perplexity = exp(-(sum over them of ln sum_k theta_k phi_wk) / number of them)
 *
 * Unlike bounds such as gensim's log_perplexity, it has no term that depends on the size of the test set, and one measure serves any model.
 */
export function completeDocument(
  inference: DocumentTopics,
  terms: ArrayLike<number>,
  counts: ArrayLike<number>,
): { readonly loss: number; readonly tokens: number } {
  const [seen, unseen] = [new Float64Array(terms.length), new Float64Array(terms.length)];
  let place = 0;
  let tokens = 0;
  for (let i = 0; i < terms.length; i++) {
    const count = counts[i]!;
    const odd = Math.floor((count + (place % 2)) / 2);
    seen[i] = count - odd;
    unseen[i] = odd;
    tokens += odd;
    place += count;
  }
  if (tokens === 0) return { loss: 0, tokens };
  const theta = inference.shares(terms, seen);
  const { probabilities } = inference;
  let loss = 0;
  for (let i = 0; i < terms.length; i++) {
    if (unseen[i] === 0) continue;
    const row = terms[i]! * theta.length;
    let probability = 0;
    for (let k = 0; k < theta.length; k++) probability += theta[k]! * probabilities[row + k]!;
    loss -= unseen[i]! * (probability > 0 ? ln(probability) : Number.NEGATIVE_INFINITY);
  }
  return { loss, tokens };
}

/** The same over many documents. */
export class HeldOutDocuments {
  #loss = 0;
  #tokens = 0;
  #documents = 0;

  constructor(readonly inference: DocumentTopics) {}

  /** @throws RangeError if something else than counts of tokens comes */
  add(terms: ArrayLike<number>, counts: ArrayLike<number>): void {
    for (let i = 0; i < terms.length; i++)
      if (!Number.isSafeInteger(counts[i]))
        throw new RangeError(`perplexity: documents must have whole counts of terms, got ${counts[i]}`);
    const { loss, tokens } = completeDocument(this.inference, terms, counts);
    this.#loss += loss;
    this.#tokens += tokens;
    if (tokens > 0) this.#documents++;
  }

  addBatch({ offsets, terms, values, rowDocuments }: DocumentTermBatch): void {
    for (let row = 0; row < rowDocuments.length; row++) {
      const [from, to] = [offsets[row], offsets[row + 1]];
      this.add(terms.subarray(from, to), values.subarray(from, to));
    }
  }

  get score(): HeldOutScore {
    const [loss, tokens] = [this.#loss, this.#tokens];
    return { perplexity: perplexityOf(loss, tokens), loss, tokens, documents: this.#documents };
  }
}

export function perplexityOf(loss: number, tokens: number): number {
  return tokens === 0 ? Number.NaN : loss === Number.POSITIVE_INFINITY ? loss : exp(Math.min(700, loss / tokens));
}
