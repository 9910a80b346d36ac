import type { DocumentTermBatch } from "../../schemas/documentTerms.js";
import type { SemanticSpace } from "../../schemas/semanticSpace.js";
import type { Vocabulary } from "../../schemas/vocabulary.js";

/**
 * Folding-in (Deerwester et al. 1990, section 4.3): coordinates of documents in a space that they need not be a part of,
 *
 *     a V S^(power - 1)
 *
 * which for the documents of the space are those of U S^power. Sums in double precision, over the terms of a document in order.
 */
export class DocumentProjector {
  readonly #space: SemanticSpace;
  readonly #factors: Float64Array;
  #vocabulary: Vocabulary;
  /** The space's rows by the ids of another vocabulary; -1 for terms that it does not have. */
  #rows: Int32Array | undefined;

  /** @param factors what each coordinate is multiplied by */
  constructor(space: SemanticSpace, factors: Float64Array) {
    this.#space = space;
    this.#factors = factors;
    this.#vocabulary = space.vocabulary;
  }

  /** Coordinates of each document (N, k), and the cells of terms outside the space. */
  project({ vocabulary, offsets, terms, values }: DocumentTermBatch): { values: Float32Array; unknown: number } {
    this.#use(vocabulary);
    const { termVectors } = this.#space;
    const size = this.#factors.length;
    const projected = new Float32Array((offsets.length - 1) * size);
    const sums = new Float64Array(size);
    let unknown = 0;
    for (let document = 0; document < offsets.length - 1; document++) {
      sums.fill(0);
      for (let cell = offsets[document]!; cell < offsets[document + 1]!; cell++) {
        const row = this.#rows ? (this.#rows[terms[cell]!] ?? -1) : terms[cell]!;
        if (row < 0) unknown++;
        else for (let k = 0, at = row * size; k < size; k++) sums[k]! += values[cell]! * termVectors[at + k]!;
      }
      for (let k = 0, at = document * size; k < size; k++) projected[at + k] = sums[k]! * this.#factors[k]!;
    }
    return { values: projected, unknown };
  }

  #use(vocabulary: Vocabulary): void {
    if (vocabulary === this.#vocabulary) return;
    this.#vocabulary = vocabulary;
    const known = this.#space.vocabulary;
    this.#rows = vocabulary === known ? undefined : Int32Array.from(vocabulary.terms, (term) => known.idOf(term) ?? -1);
  }
}
