/**
 * Nearest rows of a matrix by cosine, cos(x, q) = x . q / (|x| |q|), all rows looked at; `kernels/assembly/cosines.ts` takes the cosines.
 *
 * 3CosMul takes three cosines, each moved to 0 .. 1: b c / (a + 0.001); Levy and Goldberg 2014, "Linguistic Regularities in Sparse
 * and Explicit Word Representations", section 6.
 */

/** Rows and their scores, best first. */
export interface RankedRows {
  readonly rows: Uint32Array;
  readonly scores: Float32Array;
}

/** Keeps the quotient of 3CosMul finite. */
export const EPSILON_3COSMUL = 0.001;

/** A vector at length 1 (D,); one of zeros stays as it is. */
export function unitVector(vector: ArrayLike<number>): Float64Array {
  const unit = Float64Array.from(vector);
  const length = Math.sqrt(unit.reduce((sum, value) => sum + value * value, 0));
  return length === 0 ? unit : unit.map((value) => value / length);
}

/** A cosine as it is told: rounding may have carried it beyond -1 or 1, or left a sign on a zero. */
export const boundedCosine = (cosine: number): number => Math.max(-1, Math.min(1, cosine)) + 0;

/** 3CosMul of three cosines of each row, written over `toA`. */
export function multiplyCosines(toA: Float32Array, toB: Float32Array, toC: Float32Array): Float32Array {
  for (let row = 0; row < toA.length; row++) {
    const quotient = ((1 + toB[row]!) / 2) * ((1 + toC[row]!) / 2);
    toA[row] = quotient / ((1 + toA[row]!) / 2 + EPSILON_3COSMUL);
  }
  return toA;
}

/** The `count` highest scores; equal ones in the order of their rows. Cost: one pass, and few of the rows are ever moved. */
export function bestRows(scores: Float32Array, count: number, excluded: ReadonlySet<number>): RankedRows {
  const best = new BestRows(count, excluded);
  for (let row = 0; row < scores.length; row++) best.offer(row, scores[row]!);
  return best.ranked();
}

/** Keeps the `count` highest scores of rows that are offered in their order; equal ones stay in it. State: 8 bytes for each of them. */
export class BestRows {
  readonly #rows: Uint32Array;
  readonly #scores: Float32Array;
  readonly #excluded: ReadonlySet<number>;
  #found = 0;

  constructor(count: number, excluded: ReadonlySet<number>) {
    this.#rows = new Uint32Array(count);
    this.#scores = new Float32Array(count);
    this.#excluded = excluded;
  }

  /** What a score must exceed to be kept; -Infinity as long as there are fewer. */
  get least(): number {
    const { length } = this.#scores;
    return this.#found === length ? this.#scores[length - 1]! : Number.NEGATIVE_INFINITY;
  }

  offer(row: number, score: number): void {
    if (!(score > this.least) || this.#excluded.has(row)) return; // nor does NaN come through
    const [rows, scores] = [this.#rows, this.#scores];
    let place = this.#found < rows.length ? this.#found++ : rows.length - 1;
    for (; place > 0 && score > scores[place - 1]!; place--) {
      scores[place] = scores[place - 1]!;
      rows[place] = rows[place - 1]!;
    }
    scores[place] = score;
    rows[place] = row;
  }

  ranked(): RankedRows {
    return { rows: this.#rows.slice(0, this.#found), scores: this.#scores.slice(0, this.#found) };
  }
}
