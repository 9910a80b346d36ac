import { boundedCosine, type RankedRows, unitVector } from "../../kernels/evaluation/cosines.js";
import { SubwordVectors } from "../../kernels/subwords/subwordVectors.js";
import { termVector } from "../../kernels/subwords/termVector.js";
import { compareCodePoints } from "../../kernels/text/compareCodePoints.js";
import { NotFound, show, suggest } from "../../schemas/index.js";
import type { IndexedTerms } from "./packedTerms.js";
import type { QueryVectors, RowQuestion } from "./rowSearch.js";
import { rowOf, type SharedRows } from "./sharedRows.js";
import type { SharedSubwords } from "./sharedSubwords.js";
import type { TermLayouts } from "./termLayouts.js";

export interface Near {
  readonly term: string;
  readonly score: number;
}

/** Of the terms that begin alike, so many are compared letter by letter. */
const COMPARED = 2000;
const SUGGESTED = 3;

/**
 * Vectors as they were between two updates, ready for questions.
 *
 * State: the rows in shared memory, 4 V (D + 1) bytes, and their codes, V (D + 8) bytes; D rounded up to 4 and 16; those of R subwords in another, 4 R (D + 1) bytes, and a map of the terms.
 */
export class AskedVectors {
  readonly shared: SharedRows;
  readonly terms: readonly string[];
  readonly #rows: ReadonlyMap<string, number>;
  readonly #nearestRows: (question: RowQuestion) => Promise<RankedRows>;
  readonly #subwordVectors: SubwordVectors | undefined;

  constructor(
    shared: SharedRows,
    { terms, rows }: IndexedTerms,
    nearestRows: (question: RowQuestion) => Promise<RankedRows>,
    readonly subwords: SharedSubwords | undefined,
    readonly layouts: TermLayouts,
  ) {
    this.shared = shared;
    this.terms = terms;
    this.#rows = rows;
    this.#nearestRows = nearestRows;
    this.#subwordVectors = subwords && new SubwordVectors(subwords.rows, shared.layout.vectorSize);
  }

  /** As learned, or made of subwords (D,). */
  vectorOf(term: string): number[] {
    return [...this.#vectorOf(term)];
  }

  /** Those of some terms that are not in the vocabulary. */
  unseen(terms: readonly string[]): string[] {
    return terms.filter((term) => !this.#rows.has(term));
  }

  similarity(a: string, b: string): number {
    const [x, y] = [this.#unit(a), this.#unit(b)];
    return boundedCosine(x.reduce((sum, value, d) => sum + value * y[d]!, 0));
  }

  /** The cosine of each of some terms to each, in [-1, 1]. */
  cosines(terms: readonly string[]): number[][] {
    const units = terms.map((term) => this.#unit(term));
    return units.map((x) => units.map((y) => boundedCosine(x.reduce((sum, value, d) => sum + value * y[d]!, 0))));
  }

  /** Its place in the table, from 0; undefined of a term that is not in the vocabulary. */
  rowOf(term: string): number | undefined {
    return this.#rows.get(term);
  }

  /** Highest cosines; equal ones in the order of the rows. */
  neighbors(term: string, count: number): Promise<Near[]> {
    return this.#nearestByCosine(this.#unit(term), [term], count);
  }

  /** a is to b as c is to what? */
  analogy(a: string, b: string, c: string, method: "3CosAdd" | "3CosMul", count: number): Promise<Near[]> {
    const [x, y, z] = [this.#unit(a), this.#unit(b), this.#unit(c)];
    if (method === "3CosMul") return this.#nearest([x, y, z], [a, b, c], count);
    return this.#nearestByCosine(unitVector(y.map((v, d) => v - x[d]! + z[d]!)), [a, b, c], count);
  }

  /** Terms in code-point order behind `after`; one pass over all, so that nothing must be kept sorted. */
  page(prefix: string, after: string | undefined, limit: number): string[] {
    const page: string[] = [];
    for (const term of this.terms) {
      if (!term.startsWith(prefix)) continue;
      if (after !== undefined && compareCodePoints(term, after) <= 0) continue;
      if (page.length === limit && compareCodePoints(term, page.at(-1)!) >= 0) continue;
      page.splice(placeOf(term, page), 0, term);
      if (page.length > limit) page.pop();
    }
    return page;
  }

  async #nearestByCosine(vector: Float64Array, asked: readonly string[], count: number): Promise<Near[]> {
    const nearest = await this.#nearest([vector], asked, count);
    return nearest.map(({ term, score }) => ({ term, score: boundedCosine(score) }));
  }

  async #nearest(vectors: QueryVectors, asked: readonly string[], count: number): Promise<Near[]> {
    const excluded = asked.flatMap((term) => this.#rows.get(term) ?? []);
    const { rows, scores } = await this.#nearestRows({ vectors, count, excluded });
    return Array.from(rows, (row, k) => ({ term: this.terms[row]!, score: scores[k]! }));
  }

  #unit(term: string): Float64Array {
    return unitVector(this.#vectorOf(term));
  }

  #vectorOf(term: string): Float32Array {
    const row = this.#rows.get(term);
    const known = row === undefined ? undefined : rowOf(this.shared, row);
    return termVector(term, known, this.#subwordVectors)?.vector ?? this.#unknown(term);
  }

  #unknown(term: string): never {
    const suggestions = this.#suggest(term);
    const hint = suggestions[0] === undefined ? "" : `; did you mean ${show(suggestions[0])}?`;
    throw new NotFound(`unknown term ${show(term)}${hint}`, suggestions);
  }

  /** Looks only at terms that begin alike and are about as long: the whole vocabulary would take a second. */
  #suggest(term: string): string[] {
    const [first = ""] = term;
    const heads = new Set([first, first.toLowerCase(), first.toUpperCase()]);
    const candidates: string[] = [];
    for (const known of this.terms) {
      if (candidates.length === COMPARED) break;
      if (heads.has(known[Symbol.iterator]().next().value ?? "") && Math.abs(known.length - term.length) <= 2)
        candidates.push(known);
    }
    const found: string[] = [];
    while (found.length < SUGGESTED) {
      const next = suggest(
        term,
        candidates.filter((candidate) => !found.includes(candidate)),
      );
      if (next === undefined) break;
      found.push(next);
    }
    return found;
  }
}

/** Where a term belongs in a sorted list. */
function placeOf(term: string, sorted: readonly string[]): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (compareCodePoints(sorted[middle]!, term) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}
