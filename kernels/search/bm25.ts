/**
 * BM25 (Robertson and Zaragoza 2009, The Probabilistic Relevance Framework, section 3) and four of its variants, as Kamphuis et al. 2020 (ECIR)
 * compare them. With n occurrences of a term in a document of length |d|, df of N documents that hold it, and B = 1 - b + b |d| / avgdl:
 *
 *     lucene      ln(1 + (N - df + 0.5) / (df + 0.5))   n / (n + k1 B)
 *     robertson   ln((N - df + 0.5) / (df + 0.5))       n (k1 + 1) / (n + k1 B)
 *     atire       ln(N / df)                            n (k1 + 1) / (n + k1 B)
 *     bm25l       ln((N + 1) / (df + 0.5))              (k1 + 1) (n / B + delta) / (k1 + n / B + delta)
 *     bm25plus    ln((N + 1) / df)                      delta + n (k1 + 1) / (n + k1 B)
 *
 * Each summed over the tokens of the query that the document holds. Differences: Lucene left out the constant k1 + 1 with version 8, which changes
 * no order, and keeps lengths in one byte, where these are exact. The idf of `robertson` is below 0 for a term in more than half of the
 * documents. rank_bm25 adds the delta of BM25+ to documents without the term, too; Lv and Zhai (2011, CIKM) do not. avgdl is over all documents,
 * empty ones among them. delta is 0.5 for bm25l (Lv and Zhai 2011, SIGIR) and 1 for bm25plus where it is left out.
 */
import type { Bm25Settings, Bm25Variant, SearchIndex } from "../../schemas/searchIndex.js";
import { ln } from "../numbers/logarithm.js";
import type { QueryTerm, Scoring, WeighedTerm } from "./scoring.js";

/** Tokens of documents, and how many hold each term. */
type Sizes = Pick<SearchIndex, "offsets" | "lengths">;

const idfs: Readonly<Record<Bm25Variant, (documents: number, df: number) => number>> = {
  lucene: (documents, df) => ln(1 + (documents - df + 0.5) / (df + 0.5)),
  robertson: (documents, df) => ln((documents - df + 0.5) / (df + 0.5)),
  atire: (documents, df) => ln(documents / df),
  bm25l: (documents, df) => ln((documents + 1) / (df + 0.5)),
  bm25plus: (documents, df) => ln((documents + 1) / df),
};

/** What a term counts that df of so many documents hold. */
export const bm25Idf = (variant: Bm25Variant, documents: number, df: number): number => idfs[variant](documents, df);

/** BM25 over an index. State: 8 bytes a document. */
export function bm25Scoring(index: Sizes, settings: Bm25Settings): Scoring {
  const { variant, k1, delta } = settings;
  const norms = lengthNorms(index, settings.b);
  switch (variant) {
    case "lucene":
      return new Saturation(index, variant, k1, norms, 1);
    case "robertson":
    case "atire":
      return new Saturation(index, variant, k1, norms, k1 + 1);
    case "bm25l":
      return new ShiftedSaturation(index, variant, k1, norms, delta ?? 0.5);
    case "bm25plus":
      return new Saturation(index, variant, k1, norms, k1 + 1, delta ?? 1);
  }
}

/** B of each document; 1 where no document has a token. */
function lengthNorms({ lengths }: Sizes, b: number): Float64Array {
  let tokens = 0;
  for (const length of lengths) tokens += length;
  const mean = tokens / lengths.length;
  return Float64Array.from(lengths, (length) => (tokens === 0 ? 1 : 1 - b + (b * length) / mean));
}

/** By idf, times the occurrences in the query. */
function weighByIdf(index: Sizes, variant: Bm25Variant, most: number, terms: readonly QueryTerm[]) {
  const { offsets, lengths } = index;
  return terms.flatMap((each): WeighedTerm[] => {
    const weight = each.inQuery * bm25Idf(variant, lengths.length, offsets[each.term + 1]! - offsets[each.term]!);
    return weight === 0 ? [] : [{ ...each, weight, bound: weight * most }];
  });
}

/** added + factor n / (n + k1 B) */
class Saturation implements Scoring {
  readonly #index: Sizes;
  readonly #variant: Bm25Variant;
  readonly #scaled: Float64Array;
  readonly #factor: number;
  readonly #added: number;

  constructor(index: Sizes, variant: Bm25Variant, k1: number, norms: Float64Array, factor: number, added = 0) {
    this.#index = index;
    this.#variant = variant;
    this.#scaled = norms.map((norm) => k1 * norm);
    this.#factor = factor;
    this.#added = added;
  }

  weigh(terms: readonly QueryTerm[]): WeighedTerm[] {
    return weighByIdf(this.#index, this.#variant, this.#added + this.#factor, terms);
  }

  part(count: number, document: number): number {
    return this.#added + (this.#factor * count) / (count + this.#scaled[document]!);
  }
}

/** (k1 + 1) c / (k1 + c) with c = n / B + delta */
class ShiftedSaturation implements Scoring {
  readonly #index: Sizes;
  readonly #variant: Bm25Variant;
  readonly #k1: number;
  readonly #norms: Float64Array;
  readonly #delta: number;

  constructor(index: Sizes, variant: Bm25Variant, k1: number, norms: Float64Array, delta: number) {
    this.#index = index;
    this.#variant = variant;
    this.#k1 = k1;
    this.#norms = norms;
    this.#delta = delta;
  }

  weigh(terms: readonly QueryTerm[]): WeighedTerm[] {
    return weighByIdf(this.#index, this.#variant, this.#k1 + 1, terms);
  }

  part(count: number, document: number): number {
    const shifted = count / this.#norms[document]! + this.#delta;
    return ((this.#k1 + 1) * shifted) / (this.#k1 + shifted);
  }
}
