import type { VectorTable } from "../../schemas/index.js";
import type { Vocabulary, VocabularySnapshot } from "../../schemas/vocabulary.js";
import { drawUniform, randomStream } from "../numbers/random.js";
import { compareCodePoints } from "../text/compareCodePoints.js";

/** What a model must change where the vocabulary of its stream does. */
export interface VocabularyChange {
  /** Running counts of all rows, 0 where there is no term yet (maxSize,). */
  readonly counts: Float64Array;
  /** Rows that have another term than before (N,), and what their input rows begin with (N, D); their output rows begin at 0. */
  readonly rows: Uint32Array;
  readonly values: Float32Array;
}

/** A vocabulary that stays the same is the only snapshot of its stream. */
export function snapshotOf(vocabulary: Vocabulary | VocabularySnapshot): VocabularySnapshot {
  if ("generation" in vocabulary) return vocabulary;
  const { terms } = vocabulary;
  return { ...vocabulary, maxSize: terms.length, generation: 0, since: new Uint32Array(terms.length) };
}

export function rowCounts({ counts, maxSize }: VocabularySnapshot): Float64Array {
  const padded = new Float64Array(maxSize);
  padded.set(counts);
  return padded;
}

/** The rows of terms in the order of a vocabulary: count descending, then code point. */
export function rowsByCount({ counts, terms }: Vocabulary): number[] {
  return Array.from(terms.keys()).sort((a, b) => counts[b]! - counts[a]! || compareCodePoints(terms[a]!, terms[b]!));
}

/** Terms in the order of a vocabulary, with the rows of a matrix that belong to them. */
export function byCount(
  vocabulary: Vocabulary,
  rows: Float32Array,
  vectorSize: number,
): { readonly terms: string[]; readonly values: Float32Array } {
  const order = rowsByCount(vocabulary);
  const values = new Float32Array(order.length * vectorSize);
  order.forEach((row, i) => {
    values.set(rows.subarray(row * vectorSize, (row + 1) * vectorSize), i * vectorSize);
  });
  return { terms: order.map((row) => vocabulary.terms[row]!), values };
}

/**
 * First input rows for the terms of a stream: those of `initialVectors`, where it has the term, else uniform in [-0.5 / D, 0.5 / D),
 * a function of the seed, the row, and the generation in which the term got it.
 */
export class FirstRows {
  readonly #rowOf: ReadonlyMap<string, number>;

  constructor(
    readonly vectorSize: number,
    readonly seed: number,
    readonly initialVectors: VectorTable | undefined,
  ) {
    this.#rowOf = new Map(initialVectors?.terms.map((term, row) => [term, row]));
  }

  /** No row is new. */
  get nothing(): Pick<VocabularyChange, "rows" | "values"> {
    return { rows: new Uint32Array(0), values: new Float32Array(0) };
  }

  /** What is new in a snapshot to somebody who has seen those up to a generation. */
  changeAfter(generation: number, snapshot: VocabularySnapshot): VocabularyChange {
    const { since, terms } = snapshot;
    const isNew: number[] = [];
    since.forEach((first, row) => {
      if (first > generation) isNew.push(row);
    });
    const rows = Uint32Array.from(isNew);
    const values = new Float32Array(rows.length * this.vectorSize);
    rows.forEach((row, i) => {
      this.#fill(values.subarray(i * this.vectorSize, (i + 1) * this.vectorSize), row, terms[row]!, since[row]!);
    });
    return { counts: rowCounts(snapshot), rows, values };
  }

  #fill(values: Float32Array, row: number, term: string, generation: number): void {
    const known = this.#rowOf.get(term);
    const size = this.vectorSize;
    if (known !== undefined) {
      values.set(this.initialVectors!.values.subarray(known * size, (known + 1) * size));
      return;
    }
    const stream = randomStream(this.seed, "weights", generation);
    for (let d = 0; d < size; d++) values[d] = (drawUniform(stream, row * size + d) - 0.5) / size;
  }
}
