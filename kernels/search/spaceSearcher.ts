/**
 * Search by latent semantic analysis (Deerwester et al. 1990, section 4.3): documents and query are weighed alike, folded into the space, and
 * compared by their cosine there,
 *
 *     score(d, q) = (w(q) V) . (w(d) V) / |w(q) V| / |w(d) V|,
 *
 * so that a document without a word of the query is found by its other words. Document frequencies are those of the index; terms outside the
 * space count nothing, neither in norms nor in lengths.
 */
import type { DocumentTermBatch } from "../../schemas/documentTerms.js";
import type { DocumentSearcher, Hit, ScorePart } from "../../schemas/hits.js";
import type { SearchedIndex, SearchIndex } from "../../schemas/searchIndex.js";
import type { SemanticSpace } from "../../schemas/semanticSpace.js";
import type { Vocabulary } from "../../schemas/vocabulary.js";
import { DocumentProjector } from "../decomposition/foldIn.js";
import { countedRow } from "../documents/countedRow.js";
import { TermWeigher, type WeighedCorpus, type WeightScheme } from "../documents/termWeights.js";
import { weighedCorpus } from "../documents/weighedCorpus.js";
import { searchedIndex } from "./searchedIndex.js";
import { TopDocuments } from "./topDocuments.js";

/** How the documents of a space were weighed. */
export interface SpaceWeights {
  readonly scheme: WeightScheme;
  /** Of pivoted norms. */
  readonly slope: number;
}

const DOCUMENTS_AT_ONCE = 1024;

/**
 * Finds the documents of an index that lie nearest to a query in a space of k dimensions. Time: 2 N k operations a query.
 * State: 4 N k bytes for N documents, and 16 bytes a term; while it is made, 8 bytes a posting.
 */
export class SpaceSearcher implements DocumentSearcher {
  readonly #space: SemanticSpace;
  readonly #corpus: WeighedCorpus;
  readonly #weigher: TermWeigher | undefined;
  readonly #projector: DocumentProjector;
  readonly #size: number;
  /** Of length 1, or 0 for a document without a term of the space (N, k). */
  readonly #documents: Float32Array;
  /** The counts of the documents in terms of the space. */
  readonly #rows: DocumentTermBatch;
  /** In how many documents each term of the space occurs. */
  readonly #frequencies: Float64Array;

  /** @param weights how counts become weights; left out, they stay counts */
  constructor(index: SearchIndex | SearchedIndex, space: SemanticSpace, weights: SpaceWeights | undefined) {
    this.#space = space;
    this.#size = space.singularValues.length;
    this.#rows = documentRows(searchedIndex(index), space);
    this.#frequencies = new Float64Array(space.vocabulary.terms.length);
    for (const term of this.#rows.terms) this.#frequencies[term]!++;
    const frequencies = {
      ...{ vocabulary: space.vocabulary, counts: this.#frequencies, documents: index.lengths.length },
      tokens: this.#rows.lengths.reduce((sum, length) => sum + length, 0),
    };
    this.#corpus = weighedCorpus(frequencies, space.vocabulary, weights?.scheme.norm ?? "none");
    this.#weigher = weights && new TermWeigher(weights.scheme, weights.slope);
    this.#projector = new DocumentProjector(space, new Float64Array(this.#size).fill(1));
    this.#documents = new Float32Array(index.lengths.length * this.#size);
    for (let from = 0; from < index.lengths.length; from += DOCUMENTS_AT_ONCE) {
      const some = rowsOf(this.#rows, from, Math.min(from + DOCUMENTS_AT_ONCE, index.lengths.length));
      this.#documents.set(this.#directions(this.#weigh(some)), from * this.#size);
    }
  }

  /** Documents by cosine, those below 0 among them; none where no token is in the space. */
  search(tokens: readonly string[], k: number): Hit[] {
    const query = this.#directions(this.#weigh(countedRow(this.#space.vocabulary, tokens)));
    const top = new TopDocuments(k);
    if (query.every((value) => value === 0)) return [];
    for (let document = 0; document < this.#rows.lengths.length; document++)
      if (this.#rows.offsets[document] !== this.#rows.offsets[document + 1])
        top.offer(document, this.#dot(query, this.#documents, document));
    return top.best();
  }

  /** What each term of the query adds to the cosine, also where the document does not hold it. */
  explain(tokens: readonly string[], document: number): ScorePart[] {
    const counts = countedRow(this.#space.vocabulary, tokens);
    const { terms, values } = this.#weigh(counts);
    const { values: query } = this.#projector.project(this.#weigh(counts));
    const length = lengthOf(query);
    const { vocabulary, termVectors } = this.#space;
    const unit = this.#documents.subarray(document * this.#size, (document + 1) * this.#size);
    return Array.from(terms, (term, cell) => ({
      term: vocabulary.terms[term]!,
      inQuery: counts.values[counts.terms.indexOf(term)]!,
      count: this.#countIn(document, term),
      documents: this.#frequencies[term]!,
      score: length === 0 ? 0 : (values[cell]! * this.#dot(unit, termVectors, term)) / length,
    }));
  }

  #weigh(counts: DocumentTermBatch): DocumentTermBatch {
    return this.#weigher ? this.#weigher.weigh(counts, () => this.#corpus) : counts;
  }

  /** Coordinates of rows, brought to length 1. */
  #directions(rows: DocumentTermBatch): Float32Array {
    const { values } = this.#projector.project(rows);
    for (let at = 0; at < values.length; at += this.#size) {
      const row = values.subarray(at, at + this.#size);
      const length = lengthOf(row);
      if (length > 0) for (let k = 0; k < row.length; k++) row[k]! /= length;
    }
    return values;
  }

  #dot(unit: Float32Array, rows: Float32Array, row: number): number {
    let sum = 0;
    for (let k = 0, at = row * this.#size; k < this.#size; k++) sum += unit[k]! * rows[at + k]!;
    return sum;
  }

  #countIn(document: number, term: number): number {
    const { offsets, terms, values } = this.#rows;
    const at = terms.subarray(offsets[document], offsets[document + 1]).indexOf(term);
    return at < 0 ? 0 : values[offsets[document]! + at]!;
  }
}

function lengthOf(row: Float32Array): number {
  let sum = 0;
  for (const value of row) sum += value * value;
  return Math.sqrt(sum);
}

/** The postings of an index turned into rows of its documents, terms by their ids in the space; others are left out. */
function documentRows(index: SearchedIndex, { vocabulary }: SemanticSpace): DocumentTermBatch {
  const documents = index.lengths.length;
  const offsets = new Uint32Array(documents + 1);
  const lengths = new Uint32Array(documents);
  const places = placesByTerm(index, vocabulary);
  for (const [, place] of places) {
    const list = index.postingsOf(place);
    list.documents.forEach((document, at) => {
      offsets[document + 1]!++;
      lengths[document]! += list.counts[at]!;
    });
  }
  for (let document = 0; document < documents; document++) offsets[document + 1]! += offsets[document]!;
  const [terms, values] = [new Uint32Array(offsets[documents]!), new Float64Array(offsets[documents]!)];
  const next = offsets.slice();
  for (const [term, place] of places) {
    const list = index.postingsOf(place);
    list.documents.forEach((document, at) => {
      const cell = next[document]!++;
      terms[cell] = term;
      values[cell] = list.counts[at]!;
    });
  }
  const rowDocuments = Uint32Array.from({ length: documents }, (_, document) => document);
  return { vocabulary, offsets, terms, values, lengths, rowDocuments, epoch: 0 };
}

/** The terms that both have: id in the space, ascending, and place in the index. */
function placesByTerm(index: SearchedIndex, { terms }: Vocabulary): [term: number, place: number][] {
  return terms.flatMap((term, id): [number, number][] => {
    const place = index.placeOf(term);
    return place === undefined ? [] : [[id, place]];
  });
}

/** Rows [from, to) of a batch. */
function rowsOf(batch: DocumentTermBatch, from: number, to: number): DocumentTermBatch {
  const [first, end] = [batch.offsets[from]!, batch.offsets[to]!];
  return {
    ...batch,
    offsets: batch.offsets.slice(from, to + 1).map((offset) => offset - first),
    terms: batch.terms.subarray(first, end),
    values: batch.values.subarray(first, end),
    lengths: batch.lengths.subarray(from, to),
    rowDocuments: batch.rowDocuments.subarray(from, to),
  };
}
