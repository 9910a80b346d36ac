import { boolean, integer, type OptionsOf, type OptionsSchema, parseOptions } from "../../schemas/index.js";
import type { Vectors } from "../embedding/vectors.js";
import { compareCodePoints } from "../text/compareCodePoints.js";
import { bestRows, boundedCosine } from "./cosines.js";
import { procrustes, rotated } from "./procrustes.js";

/** What to tell of how far words moved. */
export const driftSchema = {
  name: "drift",
  fields: {
    top: integer({ min: 0, default: 20, description: "Terms to list, those that moved furthest" }),
    neighbors: integer({ min: 1, default: 10, description: "Nearest terms to compare, of each term" }),
    terms: integer({
      min: 1,
      optional: true,
      description:
        "Look only at so many of the first rows of the new vectors, which are its most frequent terms; of terms that the new lacks, at those of the old",
    }),
    sample: integer({
      min: 0,
      default: 500,
      description: "Terms, evenly spread over the rows, whose neighbours are compared for the summary",
    }),
    unseen: boolean({
      default: false,
      description: "Compare terms of one side alone, too, with the vector that the other makes of their subwords",
    }),
  },
} satisfies OptionsSchema;

export type DriftOptions = OptionsOf<typeof driftSchema>;

export interface Quantiles {
  readonly mean: number;
  readonly p10: number;
  readonly median: number;
  readonly p90: number;
  readonly max: number;
}

/** How one term's neighbours changed. */
export interface NeighborChange<Term = string> {
  /** Neighbours in both, as a part of those in either: 1 if none changed. */
  readonly jaccard: number;
  /** Neighbours before that are none now, nearest first. */
  readonly gone: readonly Term[];
  /** Neighbours now that were none before, nearest first. */
  readonly come: readonly Term[];
}

export interface MovedTerm extends NeighborChange {
  readonly term: string;
  /** Cosine distance, 0 to 2, of the new vector from the old one after the old space was turned onto the new one. */
  readonly aligned: number;
  /** The same without turning: what counts where training went on in one space. */
  readonly plain: number;
}

/** A term that one side has, and the other makes of its subwords. */
export interface UnseenTerm extends MovedTerm {
  readonly madeBy: "old" | "new";
}

/** How far what one side has learned of a term lies from what the other makes of its subwords. */
export interface UnseenDrift {
  /** Terms of the new alone, whose old vector is made, and of the old alone, whose new one is. */
  readonly madeByOld: number;
  readonly madeByNew: number;
  /** Left out where there are no such terms. */
  readonly aligned?: Quantiles;
  readonly plain?: Quantiles;
  readonly moved: readonly UnseenTerm[];
}

export interface Drift {
  /** Terms that were compared. */
  readonly shared: number;
  readonly onlyOld: readonly string[];
  readonly onlyNew: readonly string[];
  readonly aligned: Quantiles;
  readonly plain: Quantiles;
  /** Jaccard's index of the neighbours, over the sample; undefined without one. */
  readonly jaccard: Quantiles | undefined;
  /** The terms with the largest aligned distance. */
  readonly moved: readonly MovedTerm[];
  /** Of the other terms, if asked for. Nothing of the above depends on them. */
  readonly unseen?: UnseenDrift;
}

/** Terms with their unit vectors in both spaces, row-major (N, D), and how far apart these lie (N,). */
interface Movements {
  readonly terms: readonly string[];
  readonly before: Float32Array;
  readonly after: Float32Array;
  readonly aligned: Float64Array;
  readonly plain: Float64Array;
}

/**
 * How far words moved between two tables of vectors, and which of their neighbours changed.
 *
 * In: two tables of one vectorSize. The old space is first turned onto the new one by the rotation that fits the shared terms best,
 * since vectors of two trainings agree only up to one. Neighbours are sought among the shared terms, those of unseen terms as well.
 * State: unit rows of the N terms that are compared, 12 N D bytes. Cost: N D^2 + 30 D^3 multiplications, and 2 N D for each term whose
 * neighbours are compared. Equal distances go by code point, equal neighbours in the order of the new rows.
 * @throws RangeError if the vectors differ in size, or share no term, or neither has subwords to make unseen terms of
 * @see Hamilton et al. 2016, arXiv:1605.09096, section 2.2
 * @example
 *   drift(await loadVectors("monday.arrow"), await loadVectors("tuesday.arrow"), { top: 5 }).moved;
 */
export function drift(old: Vectors, young: Vectors, options?: DriftOptions): Drift {
  const { top, neighbors, terms: limit, sample, unseen } = parseOptions(driftSchema, options);
  const size = young.vectorSize;
  if (old.vectorSize !== size)
    throw new RangeError(`drift: both must have vectors of one size, got ${old.vectorSize} and ${size}`);
  if (unseen && !old.subwords && !young.subwords)
    throw new RangeError("drift: unseen must have vectors with subwords, got none in both");
  const terms = young.terms.slice(0, limit).filter((term) => old.idOf(term) !== undefined);
  requireShared("drift", terms);
  const spaces = new AlignedSpaces(old, young, terms, neighbors);
  const { shared } = spaces;
  const sampled = evenly(sample, terms.length).map((row) => spaces.change(shared, row).jaccard);
  return {
    shared: terms.length,
    onlyOld: old.terms.filter((term) => young.idOf(term) === undefined),
    onlyNew: young.terms.filter((term) => old.idOf(term) === undefined),
    aligned: quantilesOf(shared.aligned),
    plain: quantilesOf(shared.plain),
    jaccard: sampled.length > 0 ? quantilesOf(Float64Array.from(sampled)) : undefined,
    moved: spaces.furthest(shared, top),
    ...(unseen ? { unseen: unseenDrift(spaces, limit, top) } : {}),
  };
}

function unseenDrift(spaces: AlignedSpaces, limit: number | undefined, top: number): UnseenDrift {
  const { old, young } = spaces;
  const ofNew = old.madeOfSubwords(young.terms.slice(0, limit));
  const ofOld = young.madeOfSubwords(old.terms.slice(0, limit));
  const movements = spaces.movementsOf([...ofNew, ...ofOld]);
  const moved = spaces
    .furthest(movements, top)
    .map((term): UnseenTerm => ({ ...term, madeBy: old.idOf(term.term) === undefined ? "old" : "new" }));
  const counts = { madeByOld: ofNew.length, madeByNew: ofOld.length };
  if (movements.terms.length === 0) return { ...counts, moved };
  return { ...counts, aligned: quantilesOf(movements.aligned), plain: quantilesOf(movements.plain), moved };
}

/** Two spaces, the old of which is turned onto the new by the terms in both. */
class AlignedSpaces {
  readonly shared: Movements;
  readonly #turn: Float64Array;

  constructor(
    readonly old: Vectors,
    readonly young: Vectors,
    /** In both. */
    terms: readonly string[],
    readonly neighbors: number,
  ) {
    const [before, after] = [unitRowsOf(old, terms), unitRowsOf(young, terms)];
    this.#turn = procrustes(before, after, old.vectorSize);
    this.shared = this.#measured(terms, before, after);
  }

  /** Of terms that have a vector in both spaces, in the table or made. */
  movementsOf(terms: readonly string[]): Movements {
    return this.#measured(terms, unitRowsOf(this.old, terms), unitRowsOf(this.young, terms));
  }

  #measured(terms: readonly string[], before: Float32Array, after: Float32Array): Movements {
    const size = this.old.vectorSize;
    const plain = distances(before, after, size);
    return { terms, before, after, plain, aligned: distances(rotated(before, this.#turn, size), after, size) };
  }

  /** Those that moved furthest. */
  furthest(movements: Movements, top: number): MovedTerm[] {
    const { terms, aligned, plain } = movements;
    const ranked = Array.from(terms.keys()).sort(
      (x, y) => aligned[y]! - aligned[x]! || compareCodePoints(terms[x]!, terms[y]!),
    );
    return ranked.slice(0, top).map((row) => ({
      ...{ term: terms[row]!, aligned: aligned[row]!, plain: plain[row]! },
      ...this.change(movements, row),
    }));
  }

  /** How the neighbours of a term among the shared ones changed. */
  change(movements: Movements, row: number): NeighborChange {
    const { shared, neighbors } = this;
    const itself = new Set(movements === shared ? [row] : []);
    const size = this.old.vectorSize;
    const [was, is] = (["before", "after"] as const).map((when) => {
      const products = productsWith(shared[when], movements[when].slice(row * size, (row + 1) * size));
      return Array.from(bestRows(products, neighbors, itself).rows, (id) => shared.terms[id]!);
    });
    return changeOf(was!, is!);
  }
}

export function requireShared(who: string, terms: readonly string[]): void {
  if (terms.length === 0) throw new RangeError(`${who}: the two must share terms, got none in both`);
}

/** The unit vectors of some terms (N, D). */
export function unitRowsOf(vectors: Vectors, terms: readonly string[]): Float32Array {
  const { vectorSize } = vectors;
  const rows = new Float32Array(terms.length * vectorSize);
  terms.forEach((term, row) => {
    rows.set(vectors.unitOf(term), row * vectorSize);
  });
  return rows;
}

/** 1 - cosine of each row of one matrix and the same row of another (N,); 0 between two rows of zeros, 1 if one is. */
function distances(a: Float32Array, b: Float32Array, size: number): Float64Array {
  return Float64Array.from({ length: a.length / size }, (_, row) => {
    const start = row * size;
    const lengths = Math.sqrt(dot(a, start, a, start, size) * dot(b, start, b, start, size));
    if (lengths > 0) return 1 - boundedCosine(dot(a, start, b, start, size) / lengths);
    return dot(a, start, a, start, size) === dot(b, start, b, start, size) ? 0 : 1;
  });
}

/** The products of a vector (D,) with every row (N,). */
function productsWith(rows: Float32Array, query: Float32Array): Float32Array {
  const size = query.length;
  const products = new Float32Array(rows.length / size);
  for (let other = 0, at = 0; other < products.length; other++) {
    let sum = 0;
    for (let d = 0; d < size; d++) sum += query[d]! * rows[at++]!;
    products[other] = sum;
  }
  return products;
}

/** How a list of neighbours changed into another; nothing if both are empty. */
export function changeOf<Term>(was: readonly Term[], is: readonly Term[]): NeighborChange<Term> {
  const gone = was.filter((term) => !is.includes(term));
  const come = is.filter((term) => !was.includes(term));
  const kept = was.length - gone.length;
  const either = kept + gone.length + come.length;
  return { jaccard: either === 0 ? 1 : kept / either, gone, come };
}

/** So many of the numbers below a length, evenly spread; all if they are fewer. */
function evenly(count: number, length: number): number[] {
  const size = Math.min(count, length);
  return Array.from({ length: size }, (_, i) => Math.floor((i * length) / size));
}

/** Quantiles are values that occur: the smallest that at least such a part does not exceed. */
function quantilesOf(values: Float64Array): Quantiles {
  const sorted = values.toSorted();
  const at = (part: number) => sorted[Math.max(0, Math.ceil(part * sorted.length) - 1)]!;
  const mean = sorted.reduce((sum, value) => sum + value, 0) / sorted.length;
  return { mean, p10: at(0.1), median: at(0.5), p90: at(0.9), max: at(1) };
}

function dot(a: Float32Array, i: number, b: Float32Array, j: number, size: number): number {
  let sum = 0;
  for (let d = 0; d < size; d++) sum += a[i + d]! * b[j + d]!;
  return sum;
}
