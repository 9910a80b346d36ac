import type { DocumentTermBatch } from "../../schemas/documentTerms.js";
import { drawUniform, randomStream } from "../numbers/random.js";
import type { PlsaBlock } from "./plsaFitter.js";

/**
 * Sets a share of the tokens of all documents apart: a function of the seed and each token's place in the table, whose rows are told in
 * order, from the first one in each pass.
 */
export class HeldOutTokens {
  readonly #stream;
  #token = 0;

  constructor(
    readonly share: number,
    seed: number,
  ) {
    this.#stream = randomStream(seed, "plsa held out");
  }

  /** The rows [from, to) of a batch, as what is learned from and what is held out. */
  split(batch: DocumentTermBatch, from: number, to: number): { readonly kept: PlsaBlock; readonly held: PlsaBlock } {
    const first = batch.offsets[from]!;
    const last = batch.offsets[to]!;
    const offsets = batch.offsets.subarray(from, to + 1).map((offset) => offset - first);
    const terms = batch.terms.subarray(first, last);
    const counts = batch.values.subarray(first, last);
    if (this.share === 0)
      return {
        kept: { offsets, terms, values: counts },
        held: { offsets: offsets.map(() => 0), terms: terms.subarray(0, 0), values: [] },
      };
    const held = counts.map((count) => this.#heldOf(count));
    return {
      kept: withCells(
        offsets,
        terms,
        counts.map((count, cell) => count - held[cell]!),
      ),
      held: withCells(offsets, terms, held),
    };
  }

  #heldOf(count: number): number {
    let held = 0;
    for (let n = 0; n < count; n++) if (drawUniform(this.#stream, this.#token++) < this.share) held++;
    return held;
  }
}

/** The cells that are not 0. */
function withCells(offsets: Uint32Array, terms: Uint32Array, values: Float64Array): PlsaBlock {
  const before = new Uint32Array(values.length + 1);
  for (let cell = 0; cell < values.length; cell++) before[cell + 1] = before[cell]! + (values[cell]! > 0 ? 1 : 0);
  return {
    offsets: offsets.map((offset) => before[offset]!),
    terms: terms.filter((_, cell) => values[cell]! > 0),
    values: values.filter((value) => value > 0),
  };
}
