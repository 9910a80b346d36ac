import { type SubwordRows, show, suggest, type VectorTable } from "../../schemas/index.js";
import { boundedCosine, EPSILON_3COSMUL } from "../evaluation/cosines.js";
import { SubwordVectors } from "../subwords/subwordVectors.js";
import { type TermVector, termVector } from "../subwords/termVector.js";
import { compareCodePoints } from "../text/compareCodePoints.js";

export interface Neighbor {
  readonly term: string;
  /** Cosine, or 3CosMul's quotient. */
  readonly score: number;
}

export interface SimilarOptions {
  /** How many terms to return; 10 by default. */
  readonly topN?: number;
  /** Terms that are left out, besides those of the question; they need not be in the table. */
  readonly exclude?: Iterable<string>;
}

export interface AnalogyOptions extends SimilarOptions {
  /** `3CosAdd` (default) maximises cos(x, b - a + c), `3CosMul` cos(x, b) cos(x, c) / (cos(x, a) + 0.001). */
  readonly method?: "3CosAdd" | "3CosMul";
}

/** Terms added and terms subtracted, each as a unit vector. */
export interface TermSum {
  readonly positive: string | readonly string[];
  readonly negative?: string | readonly string[];
}

function indexOf(terms: readonly string[]): (term: string) => number | undefined {
  const ids = new Map<string, number>();
  terms.forEach((term, id) => {
    if (ids.set(term, id).size === id)
      throw new RangeError(`Vectors: terms must differ, got ${show(term)} twice, at row ${id}`);
  });
  return (term) => ids.get(term);
}

/**
 * Word vectors that answer questions. Also a `VectorTable`, so every writer takes it.
 *
 * State: the table as given (not copied), an index of its terms, and from the first question on a unit-length copy of its rows,
 * together 8 V D bytes + the terms. A question costs V D multiplications. Ties go by code point of the term.
 * With subwords, terms outside the table have vectors, too. Every method throws a RangeError for a term that has none, with the nearest known
 * one.
 * @see Levy and Goldberg 2014, "Linguistic Regularities in Sparse and Explicit Word Representations" (3CosAdd, 3CosMul)
 * @example
 *   new Vectors(table).mostSimilar("paris", { topN: 5 });
 *   new Vectors(table).analogy("man", "king", "woman"); // man is to king as woman is to ... queen
 */
export class Vectors implements VectorTable {
  readonly terms: readonly string[];
  readonly values: Float32Array;
  readonly vectorSize: number;
  readonly metadata: ReadonlyMap<string, string>;
  readonly subwords?: SubwordRows;
  readonly #idOf: (term: string) => number | undefined;
  readonly #subwordVectors: SubwordVectors | undefined;
  #unit: Float32Array | undefined;

  /**
   * @param idOf finds the row of a term, where there is an index already
   * @throws RangeError if there are not `vectorSize` values a term, or a term comes twice
   */
  constructor(
    { terms, values, vectorSize, metadata, subwords }: VectorTable,
    idOf: (term: string) => number | undefined = indexOf(terms),
  ) {
    if (values.length !== terms.length * vectorSize) {
      const expected = `${terms.length} terms x ${vectorSize}`;
      throw new RangeError(`Vectors: values must be ${expected} numbers, got ${values.length}`);
    }
    this.#idOf = idOf;
    this.terms = terms;
    this.values = values;
    this.vectorSize = vectorSize;
    this.metadata = metadata;
    if (!subwords) return;
    this.subwords = subwords;
    this.#subwordVectors = new SubwordVectors(subwords, vectorSize);
  }

  /** The term's row, or undefined for a term outside the table. */
  idOf(term: string): number | undefined {
    return this.#idOf(term);
  }

  /** A copy of the term's vector, as learned, or, for a term outside the table, made of its subwords (D,). */
  vectorOf(term: string): Float32Array {
    return this.#vectorOf(term).slice();
  }

  /** The term's vector, a view of its row or made of its subwords; undefined if it has none. */
  find(term: string): TermVector | undefined {
    const id = this.#idOf(term);
    return termVector(term, id === undefined ? undefined : this.#row(this.values, id), this.#subwordVectors);
  }

  /** Whether the term has a vector: it is in the table, or has subwords that are known. */
  has(term: string): boolean {
    return this.#idOf(term) !== undefined || this.find(term) !== undefined;
  }

  /** Those of some terms that are not in the table and have a vector that is made of their subwords. */
  madeOfSubwords(terms: readonly string[]): string[] {
    return terms.filter((term) => this.find(term)?.madeOfSubwords);
  }

  #vectorOf(term: string): Float32Array {
    return this.find(term)?.vector ?? this.#unknown(term);
  }

  /** The term's vector at length 1 (D,), a view of its row where it has one. */
  unitOf(term: string): Float32Array {
    const id = this.#idOf(term);
    return id === undefined ? unitRows(this.#vectorOf(term), this.vectorSize) : this.#row(this.unit, id);
  }

  /** The rows at length 1 (V, D); a row of zeros stays one. */
  get unit(): Float32Array {
    this.#unit ??= unitRows(this.values, this.vectorSize);
    return this.#unit;
  }

  /** Cosine of the angle between two terms, -1 .. 1; 0 if a vector is all zeros. */
  similarity(a: string, b: string): number {
    const x = this.#vectorOf(a);
    const y = this.#vectorOf(b);
    const norms = Math.sqrt(dot(x, x) * dot(y, y));
    return norms === 0 ? 0 : boundedCosine(dot(x, y) / norms);
  }

  /** The terms with the highest cosine to a term, or to a sum of terms; those of the question are left out. */
  mostSimilar(query: string | TermSum, options: SimilarOptions = {}): Neighbor[] {
    const { positive, negative = [] } = typeof query === "string" ? { positive: query } : query;
    const added = listOf(positive);
    const subtracted = listOf(negative);
    if (added.length + subtracted.length === 0) throw new RangeError("Vectors: a question must name a term, got none");
    const sum = new Float64Array(this.vectorSize);
    for (const term of added) this.#addUnit(sum, term, 1);
    for (const term of subtracted) this.#addUnit(sum, term, -1);
    const best = this.#best(this.#cosines(sum), [...added, ...subtracted], options);
    return best.map(({ term, score }) => ({ term, score: boundedCosine(score) }));
  }

  /**
   * The terms with the highest cosine to a vector that is of no term, such as one in context.
   * @throws RangeError if it is of another length
   */
  nearest(vector: ArrayLike<number>, options: SimilarOptions = {}): Neighbor[] {
    if (vector.length !== this.vectorSize)
      throw new RangeError(`Vectors: a vector must have ${this.vectorSize} numbers, got ${vector.length}`);
    const best = this.#best(this.#cosines(Float64Array.from(vector)), [], options);
    return best.map(({ term, score }) => ({ term, score: boundedCosine(score) }));
  }

  /** a is to b as c is to which terms? */
  analogy(a: string, b: string, c: string, options: AnalogyOptions = {}): Neighbor[] {
    const { method = "3CosAdd" } = options;
    if (method === "3CosAdd") return this.mostSimilar({ positive: [b, c], negative: [a] }, options);
    if (method !== "3CosMul") {
      throw new RangeError(`Vectors: method must be one of 3CosAdd, 3CosMul, got ${show(method)}`);
    }
    const [toA, toB, toC] = [a, b, c].map((term) => {
      const vector = new Float64Array(this.vectorSize);
      this.#addUnit(vector, term, 1);
      return this.#cosines(vector).map((cosine) => (1 + cosine) / 2); // no sign may cancel another in a product
    }) as [Float64Array, Float64Array, Float64Array];
    const quotients = toA.map((cosine, id) => (toB[id]! * toC[id]!) / (cosine + EPSILON_3COSMUL));
    return this.#best(quotients, [a, b, c], options);
  }

  /** Cosine of every term to a vector (V,). */
  #cosines(vector: Float64Array): Float64Array {
    const norm = Math.sqrt(dot(vector, vector)) || 1;
    return Float64Array.from(this.terms, (_, id) => dot(this.#row(this.unit, id), vector) / norm);
  }

  #best(scores: Float64Array, asked: readonly string[], { topN = 10, exclude = [] }: SimilarOptions): Neighbor[] {
    if (!Number.isSafeInteger(topN) || topN < 1) {
      throw new RangeError(`Vectors: topN must be an integer >= 1, got ${show(topN)}`);
    }
    const left = new Set([...asked, ...exclude]);
    const threshold = scores.toSorted().at(-topN - left.size) ?? Number.NEGATIVE_INFINITY;
    return this.terms
      .map((term, id) => ({ term, score: scores[id]! }))
      .filter(({ term, score }) => score >= threshold && !left.has(term))
      .sort((x, y) => y.score - x.score || compareCodePoints(x.term, y.term))
      .slice(0, topN);
  }

  #addUnit(sum: Float64Array, term: string, sign: number): void {
    const row = this.unitOf(term);
    for (let d = 0; d < sum.length; d++) sum[d]! += sign * row[d]!;
  }

  #row(matrix: Float32Array, id: number): Float32Array {
    return matrix.subarray(id * this.vectorSize, (id + 1) * this.vectorSize);
  }

  /** The term's row. */
  rowOf(term: string): number {
    return this.#idOf(term) ?? this.#unknown(term);
  }

  #unknown(term: string): never {
    const near = suggest(term, this.terms);
    throw new RangeError(
      `Vectors: unknown term ${show(term)}${near === undefined ? "" : `; did you mean ${show(near)}?`}`,
    );
  }
}

const listOf = (terms: string | readonly string[]): readonly string[] => (typeof terms === "string" ? [terms] : terms);

type Floats = Float32Array | Float64Array;

function dot(x: Floats, y: Floats): number {
  let sum = 0;
  for (let d = 0; d < x.length; d++) sum += x[d]! * y[d]!;
  return sum;
}

function unitRows(values: Float32Array, vectorSize: number): Float32Array {
  const unit = new Float32Array(values.length);
  for (let start = 0; start < values.length; start += vectorSize) {
    const row = values.subarray(start, start + vectorSize);
    const norm = Math.sqrt(dot(row, row)) || 1;
    for (let d = 0; d < vectorSize; d++) unit[start + d] = row[d]! / norm;
  }
  return unit;
}
