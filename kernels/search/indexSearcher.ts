import type { DocumentSearcher, Hit, ScorePart } from "../../schemas/hits.js";
import type { SearchedIndex, SearchIndex } from "../../schemas/searchIndex.js";
import { inOrder, queryTerms } from "./queryTerms.js";
import type { Scoring, WeighedTerm } from "./scoring.js";
import { searchedIndex } from "./searchedIndex.js";
import { TopDocuments } from "./topDocuments.js";

/** More than what rounding can add to a sum of bounds. */
const MARGIN = 1 + 1e-9;

/**
 * Finds the best documents of an inverted index, term by term (Turtle and Flood 1995, Information Processing and Management 31(6), section 3,
 * MaxScore): the weightiest terms are added to the scores of all documents that hold them; as soon as the terms that are left could not bring a
 * further document among the k best, only documents that still can be are looked up in their postings.
 * The same hits, to the bit, as `plainSearch`. State: 20 bytes a document, and what the scoring has.
 */
export class IndexSearcher implements DocumentSearcher {
  readonly #index: SearchedIndex;
  readonly #scoring: Scoring;
  readonly #scores: Float64Array;
  /** The last query that the score of each document is of. */
  readonly #scoredFor: Uint32Array;
  #query = 0;
  /** Documents with a score. */
  readonly #reached: Uint32Array;
  #count = 0;

  constructor(index: SearchIndex | SearchedIndex, scoring: Scoring) {
    this.#index = searchedIndex(index);
    this.#scoring = scoring;
    this.#scores = new Float64Array(index.lengths.length);
    this.#scoredFor = new Uint32Array(index.lengths.length);
    this.#reached = new Uint32Array(index.lengths.length);
  }

  search(tokens: readonly string[], k: number): Hit[] {
    const terms = inOrder(this.#scoring.weigh(queryTerms(this.#index, tokens)));
    const left = boundsLeft(terms);
    this.#begin();
    for (const [place, term] of terms.entries()) {
      this.#add(term);
      const bound = left[place + 1]!;
      if (bound === 0 || bound === Number.POSITIVE_INFINITY) continue;
      const { least } = this.#best(k);
      if (least <= bound) continue;
      this.#keep(least - bound);
      for (const rest of terms.slice(place + 1)) this.#lookUp(rest);
      break;
    }
    return this.#best(k).best();
  }

  explain(tokens: readonly string[], document: number): ScorePart[] {
    return inOrder(this.#scoring.weigh(queryTerms(this.#index, tokens))).flatMap(({ term, inQuery, weight }) => {
      const { documents, counts } = this.#index.postingsOf(term);
      const at = firstFrom(documents, document, 0);
      if (documents[at] !== document) return [];
      const count = counts[at]!;
      const score = weight * this.#scoring.part(count, document);
      return [{ term: this.#index.termAt(term), inQuery, count, documents: documents.length, score }];
    });
  }

  #begin(): void {
    this.#count = 0;
    if (++this.#query < 2 ** 32) return;
    this.#scoredFor.fill(0);
    this.#query = 1;
  }

  /** Adds a term to the scores of all documents that hold it. */
  #add({ term, weight }: WeighedTerm): void {
    const { documents, counts } = this.#index.postingsOf(term);
    const [scores, scoredFor, reached, scoring, query] = [
      this.#scores,
      this.#scoredFor,
      this.#reached,
      this.#scoring,
      this.#query,
    ];
    let count = this.#count;
    for (let at = 0; at < documents.length; at++) {
      const document = documents[at]!;
      const score = weight * scoring.part(counts[at]!, document);
      if (scoredFor[document] === query) {
        scores[document]! += score;
        continue;
      }
      scoredFor[document] = query;
      scores[document] = score;
      reached[count++] = document;
    }
    this.#count = count;
  }

  /** Leaves the documents whose score reaches so much, in ascending order. */
  #keep(least: number): void {
    let kept = 0;
    for (let i = 0; i < this.#count; i++) {
      const document = this.#reached[i]!;
      if (this.#scores[document]! >= least) this.#reached[kept++] = document;
    }
    this.#count = kept;
    this.#reached.subarray(0, kept).sort();
  }

  /** Adds a term to the scores of the documents that are left. */
  #lookUp({ term, weight }: WeighedTerm): void {
    const { documents, counts } = this.#index.postingsOf(term);
    for (let i = 0, at = 0; i < this.#count; i++) {
      const document = this.#reached[i]!;
      at = firstFrom(documents, document, at);
      if (at === documents.length) return;
      if (documents[at] === document) this.#scores[document]! += weight * this.#scoring.part(counts[at]!, document);
    }
  }

  #best(k: number): TopDocuments {
    const top = new TopDocuments(k);
    for (let i = 0; i < this.#count; i++) {
      const document = this.#reached[i]!;
      top.offer(document, this.#scores[document]!);
    }
    return top;
  }
}

/** What the terms from each place on can add at most; Infinity where one of them could take away. */
function boundsLeft(terms: readonly WeighedTerm[]): number[] {
  const left = new Array<number>(terms.length + 1).fill(0);
  for (let place = terms.length - 1; place >= 0; place--) {
    const { weight, bound } = terms[place]!;
    left[place] = weight < 0 ? Number.POSITIVE_INFINITY : (left[place + 1]! + bound) * MARGIN;
  }
  return left;
}

/** The first place from `from` on whose number is not below `wanted`, or the length: by doubling steps, then by halving. */
function firstFrom(ascending: Uint32Array, wanted: number, from: number): number {
  const end = ascending.length;
  let step = 1;
  let low = from;
  while (low + step < end && ascending[low + step]! < wanted) {
    low += step;
    step *= 2;
  }
  let high = Math.min(end, low + step + 1);
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (ascending[middle]! < wanted) low = middle + 1;
    else high = middle;
  }
  return low;
}
