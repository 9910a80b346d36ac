import { type ContextVectorBatch, contextVectorOf, MIXED_LAYER } from "../../schemas/contextVectors.js";
import type { VectorTable } from "../../schemas/vectors.js";
import { compareCodePoints } from "../text/compareCodePoints.js";
import type { LayerChoice } from "./layerChoice.js";

interface Mean {
  count: number;
  readonly sum: Float64Array;
}

/**
 * The mean vector of each term over all places where it stands, so that a model in context is compared with vectors that know none
 * (Bommasani et al. 2020, ACL, section 3). Batches have one layer.
 *
 * State: 8 D bytes and the text of a term, of at most `most` terms; words beyond them are counted in `left`.
 */
export class TermMeans {
  readonly #means = new Map<string, Mean>();
  readonly #most: number;
  #layer: LayerChoice | undefined;
  #left = 0;

  constructor(most: number) {
    this.#most = most;
  }

  /** Words that are in no mean, since there were too many terms before. */
  get left(): number {
    return this.#left;
  }

  /** @throws RangeError if the batch has several layers */
  add(batch: ContextVectorBatch): void {
    if (batch.layers.length !== 1)
      throw new RangeError(
        `TermMeans: vectors must be of one layer, or a mix, got ${batch.layers.length} of each word`,
      );
    this.#layer ??= layerOf(batch);
    batch.terms.forEach((term, word) => {
      const mean = this.#means.get(term) ?? this.#begin(term, batch.layerSizes[0]!);
      if (!mean) {
        this.#left++;
        return;
      }
      const vector = contextVectorOf(batch, word, 0);
      mean.count++;
      for (let d = 0; d < vector.length; d++) mean.sum[d]! += vector[d]!;
    });
  }

  /**
   * Terms that stood in `minCount` places at least, the most frequent first, equal ones by code point. Their metadata tell the layer, beside those
   * that are given.
   * @throws RangeError if there is none
   */
  table(minCount: number, metadata: ReadonlyMap<string, string>): VectorTable {
    const kept = [...this.#means].filter(([, { count }]) => count >= minCount);
    if (kept.length === 0)
      throw new RangeError(
        `TermMeans: a term must stand in ${minCount} places at least, got none among ${this.#means.size} terms`,
      );
    kept.sort(([a, { count: x }], [b, { count: y }]) => y - x || compareCodePoints(a, b));
    const vectorSize = kept[0]![1].sum.length;
    const values = new Float32Array(kept.length * vectorSize);
    kept.forEach(([, { sum, count }], row) => {
      values.set(
        sum.map((value) => value / count),
        row * vectorSize,
      );
    });
    const told = [
      ["vectors", "means in context"],
      ["layer", JSON.stringify(this.#layer)],
    ] as const;
    return { terms: kept.map(([term]) => term), values, vectorSize, metadata: new Map([...metadata, ...told]) };
  }

  #begin(term: string, size: number): Mean | undefined {
    if (this.#means.size >= this.#most) return undefined;
    const mean = { count: 0, sum: new Float64Array(size) };
    this.#means.set(term, mean);
    return mean;
  }
}

function layerOf({ layers, shares }: ContextVectorBatch): LayerChoice {
  if (layers[0] !== MIXED_LAYER) return { kind: "one", layer: layers[0]! };
  return shares ? { kind: "mix", shares: [...shares] } : { kind: "mix" };
}
