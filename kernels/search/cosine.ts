/**
 * Cosine of TF-IDF weights (Salton et al. 1975): query and documents are weighed alike, by a scheme of `weighTerms`, and brought to length 1
 * whatever norm the scheme has. score(d, q) = sum over the terms of w(t, q) / |q| x w(t, d) / |d|.
 */
import type { SearchedIndex, SearchIndex } from "../../schemas/searchIndex.js";
import { TermWeigher, type WeightScheme } from "../documents/termWeights.js";
import type { QueryTerm, Scoring, WeighedTerm } from "./scoring.js";
import { searchedIndex } from "./searchedIndex.js";

/**
 * Reads all postings once, for the lengths of documents. State: 8 bytes a document.
 * @throws RangeError for augmented frequencies and those by the mean of a document, which need whole documents
 */
export function cosineScoring(index: SearchIndex | SearchedIndex, scheme: WeightScheme): Scoring {
  if (scheme.tf === "augmented" || scheme.tf === "logAverage")
    throw new RangeError(
      `cosine: the weight of a term must depend on its own count in a document, got the frequency ${scheme.tf}, which needs the others`,
    );
  const searched = searchedIndex(index);
  return new Cosine(searched, new TermWeights(searched, scheme));
}

/** tf and idf one at a time, by the formulas of `weighTerms`. State: 8 bytes for each of the small counts. */
class TermWeights {
  readonly #index: SearchedIndex;
  readonly #tf: TermWeigher;
  readonly #idf: TermWeigher;
  readonly #ofCounts = new Map<number, number>();

  constructor(index: SearchedIndex, scheme: WeightScheme) {
    this.#index = index;
    this.#tf = new TermWeigher({ ...scheme, idf: "none", norm: "none" }, 0);
    this.#idf = new TermWeigher({ ...scheme, tf: "binary", norm: "none" }, 0);
  }

  tf(count: number): number {
    const known = this.#ofCounts.get(count);
    if (known !== undefined) return known;
    const { tf } = partsOf(this.#tf, count, 0, 0);
    this.#ofCounts.set(count, tf);
    return tf;
  }

  /** 0 for a term that counts nothing. */
  idf(term: number): number {
    const { offsets, lengths } = this.#index;
    return partsOf(this.#idf, 1, lengths.length, offsets[term + 1]! - offsets[term]!).idf;
  }
}

/** The weight of a term alone in a document. */
function partsOf(weigher: TermWeigher, count: number, documents: number, df: number) {
  const batch = {
    vocabulary: { terms: [""], counts: Float64Array.of(count), tokens: count, idOf: () => 0 },
    offsets: Uint32Array.of(0, 1),
    terms: Uint32Array.of(0),
    values: Float64Array.of(count),
    lengths: Uint32Array.of(1),
    rowDocuments: Uint32Array.of(0),
    epoch: 0,
  };
  const corpus = { documents, documentsOf: () => df, pivot: 0, charactersOf: () => 0 };
  return weigher.explain(batch, 0, corpus).get(0) ?? { tf: 0, idf: 0 };
}

class Cosine implements Scoring {
  readonly #weights: TermWeights;
  /** |d|; 0 where nothing in the document has a weight. */
  readonly #norms: Float64Array;

  constructor(index: SearchedIndex, weights: TermWeights) {
    this.#weights = weights;
    this.#norms = new Float64Array(index.lengths.length);
    let term = 0;
    for (const { documents, counts } of index.lists()) {
      const idf = weights.idf(term++);
      for (let at = 0; at < documents.length; at++)
        this.#norms[documents[at]!]! += (weights.tf(counts[at]!) * idf) ** 2;
    }
    this.#norms.forEach((sum, document) => {
      this.#norms[document] = Math.sqrt(sum);
    });
  }

  weigh(terms: readonly QueryTerm[]): WeighedTerm[] {
    const weighed = terms.map((each) => {
      const idf = this.#weights.idf(each.term);
      return { ...each, idf, own: this.#weights.tf(each.inQuery) * idf };
    });
    const length = Math.sqrt(weighed.reduce((sum, { own }) => sum + own * own, 0));
    return weighed
      .filter(({ own }) => own > 0)
      .map(({ term, inQuery, idf, own }) => ({ term, inQuery, weight: (own / length) * idf, bound: own / length }));
  }

  part(count: number, document: number): number {
    return this.#weights.tf(count) / this.#norms[document]!;
  }
}
