import { concat, defer, mergeMap, type OperatorFunction } from "rxjs";
import { emptyPairs, slicePairs } from "../../kernels/embedding/pairSpeller.js";
import { requireFixed } from "../../kernels/vocabulary/vocabulary.js";
import type { PairBatch } from "../../schemas/contexts.js";
import { integer } from "../../schemas/fields.js";
import { type OptionsOf, parseOptions } from "../../schemas/options.js";
import { defineUnit } from "../../schemas/units.js";

export const miniBatchSchema = defineUnit({
  name: "miniBatch",
  kind: "operator",
  reads: "pairs",
  makes: "pairs",
  summary: "Regroups pairs into batches of one size",
  fields: {
    batchSize: integer({ default: 256, min: 1, max: 16_777_216, description: "Pairs in a batch" }),
  },
  create: (_, options): OperatorFunction<PairBatch, PairBatch> => miniBatch(options),
});

export type MiniBatchOptions = OptionsOf<typeof miniBatchSchema>;

/**
 * Regroups pairs into batches of one size, in their order, for models that take tensors of a fixed shape.
 *
 * In:  PairBatch of any size. Out: PairBatch of exactly `batchSize` pairs; the last one may have fewer.
 * State: 9 bytes times `batchSize`.
 * @throws TypeError, RangeError at the call, if an option is of the wrong kind or out of range
 * @example
 *   contexts$.pipe(contextPairs(), miniBatch({ batchSize: 256 }))
 */
export function miniBatch(options?: MiniBatchOptions): OperatorFunction<PairBatch, PairBatch> {
  const { batchSize } = parseOptions(miniBatchSchema, options);
  return (source) =>
    defer(() => {
      const regrouper = new PairRegrouper(batchSize);
      return concat(
        source.pipe(mergeMap((batch) => regrouper.push(batch))),
        defer(() => regrouper.end()),
      );
    });
}

class PairRegrouper {
  readonly #batchSize: number;
  #pairs: ReturnType<typeof emptyPairs>;
  #length = 0;
  #vocabulary: PairBatch["vocabulary"] | undefined;

  constructor(batchSize: number) {
    this.#batchSize = batchSize;
    this.#pairs = emptyPairs(batchSize);
  }

  *push(batch: PairBatch): Generator<PairBatch> {
    requireFixed("miniBatch", batch.vocabulary);
    this.#vocabulary = batch.vocabulary;
    for (let start = 0; start < batch.centre.length; ) {
      const end = Math.min(batch.centre.length, start + this.#batchSize - this.#length);
      this.#pairs.centre.set(batch.centre.subarray(start, end), this.#length);
      this.#pairs.context.set(batch.context.subarray(start, end), this.#length);
      this.#pairs.distance.set(batch.distance.subarray(start, end), this.#length);
      this.#length += end - start;
      start = end;
      if (this.#length < this.#batchSize) continue;
      yield { vocabulary: batch.vocabulary, ...this.#pairs };
      this.#pairs = emptyPairs(this.#batchSize);
      this.#length = 0;
    }
  }

  *end(): Generator<PairBatch> {
    if (this.#length > 0) yield { vocabulary: this.#vocabulary!, ...slicePairs(this.#pairs, 0, this.#length) };
  }
}
