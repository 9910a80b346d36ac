import type { DocumentTermBatch } from "../../schemas/documentTerms.js";
import type { Vocabulary } from "../../schemas/vocabulary.js";
import { ln } from "../numbers/logarithm.js";

/** How well the first terms of a topic go together, a number a topic; -1 of each for a list without pairs. */
export interface Coherence {
  /** Mean of ln(P(a, b) / (P(a) P(b))) / -ln P(a, b) over all pairs, -1 .. 1; a pair that never occurs has -1. */
  readonly npmi: Float64Array;
  /** Mean of ln((D(a, b) + 1) / D(b)) over pairs in which b comes before a (Mimno et al. 2011); at most about 0. */
  readonly uMass: Float64Array;
  /** Mean cosine of each term's NPMI with all terms, and the sum of these over all terms (Röder et al. 2015). */
  readonly cV: Float64Array;
}

/**
 * In how many documents the terms of some lists occur, alone and together: what coherence is made of. A document counts once, however often it has a term
 * (boolean documents); of documents that are windows of a text, measures are those over windows.
 * State: the terms of all lists, and 8 bytes a pair of a list's terms.
 */
export class PairsInDocuments {
  readonly #lists: readonly (readonly string[])[];
  /** In which lists a term stands, and where: list, place, list, place, ... */
  readonly #places = new Map<string, number[]>();
  readonly #counts: readonly Float64Array[];
  #documents = 0;
  #vocabulary: Vocabulary | undefined;
  #placesOfIds: readonly (readonly number[] | undefined)[] = [];

  constructor(lists: readonly (readonly string[])[]) {
    this.#lists = lists;
    lists.forEach((terms, list) => {
      terms.forEach((term, place) => {
        const places = this.#places.get(term) ?? [];
        places.push(list, place);
        this.#places.set(term, places);
      });
    });
    this.#counts = lists.map(({ length }) => new Float64Array(length * length));
  }

  addBatch({ vocabulary, offsets, terms, rowDocuments }: DocumentTermBatch): void {
    rowDocuments.forEach((_, row) => {
      this.add(vocabulary, terms.subarray(offsets[row], offsets[row + 1]));
    });
  }

  /** A document by its distinct terms. */
  add(vocabulary: Vocabulary, ids: Uint32Array): void {
    if (vocabulary !== this.#vocabulary) {
      this.#vocabulary = vocabulary;
      this.#placesOfIds = vocabulary.terms.map((term) => this.#places.get(term));
    }
    this.#documents++;
    const found = new Map<number, number[]>();
    for (const id of ids) {
      const places = this.#placesOfIds[id] ?? [];
      for (let at = 0; at < places.length; at += 2) {
        const inList = found.get(places[at]!) ?? [];
        inList.push(places[at + 1]!);
        found.set(places[at]!, inList);
      }
    }
    for (const [list, places] of found) {
      const size = this.#lists[list]!.length;
      for (const a of places) for (const b of places) this.#counts[list]![a * size + b]!++;
    }
  }

  coherence(): Coherence {
    const each = this.#lists.map(({ length }, list) => coherenceOf(this.#counts[list]!, length, this.#documents));
    const column = (name: keyof Coherence) => Float64Array.from(each, (measures) => measures[name]);
    return { npmi: column("npmi"), uMass: column("uMass"), cV: column("cV") };
  }
}

/** Of documents that have both of two terms, (n, n), on the diagonal those that have one. */
export function coherenceOf(counts: Float64Array, n: number, documents: number): Record<keyof Coherence, number> {
  const npmi = Float64Array.from(counts, (both, at) => {
    const [a, b] = [counts[Math.floor(at / n) * (n + 1)]!, counts[(at % n) * (n + 1)]!];
    if (both === 0) return -1;
    return both === documents ? 1 : ln((both * documents) / (a * b)) / ln(documents / both);
  });
  let [npmiSum, massSum, pairs] = [0, 0, 0];
  for (let a = 1; a < n; a++)
    for (let b = 0; b < a; b++) {
      npmiSum += npmi[a * n + b]!;
      const ofFirst = counts[b * (n + 1)]!;
      massSum += ofFirst === 0 ? -1 : ln((counts[a * n + b]! + 1) / ofFirst);
      pairs++;
    }
  if (pairs === 0) return { npmi: -1, uMass: -1, cV: -1 };
  return { npmi: npmiSum / pairs, uMass: massSum / pairs, cV: cosineWithAll(npmi, n) };
}

function cosineWithAll(npmi: Float64Array, n: number): number {
  const all = new Float64Array(n);
  for (let at = 0; at < npmi.length; at++) all[at % n]! += npmi[at]!;
  let sum = 0;
  for (let a = 0; a < n; a++) {
    const row = npmi.subarray(a * n, (a + 1) * n);
    const norms = Math.sqrt(dot(row, row) * dot(all, all));
    sum += norms === 0 ? 0 : dot(row, all) / norms;
  }
  return sum / n;
}

function dot(a: Float64Array, b: Float64Array): number {
  return a.reduce((sum, value, k) => sum + value * b[k]!, 0);
}
