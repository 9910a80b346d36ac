import type { ContextBatch } from "../../schemas/contexts.js";
import { ExactSum } from "../numbers/exactSum.js";

type Windows = Pick<ContextBatch, "ids" | "sentenceOffsets" | "firstCentre" | "endCentre" | "radius" | "side">;

/**
 * What the windows of a batch weigh together, by the lengths of its sentences and without a look at the pairs: what counts those one by
 * one is held to it. Two additions a centre.
 */
export class WindowWeights {
  /** What pairs at the distances 1 .. k weigh together. */
  readonly #within: Float64Array;

  /** Whole numbers: the weight of a pair by its distance; the place of distance 0 is not used. */
  constructor(ofDistance: Float64Array) {
    this.#within = new Float64Array(ofDistance.length);
    for (let d = 1; d < ofDistance.length; d++) this.#within[d] = this.#within[d - 1]! + ofDistance[d]!;
  }

  /** All pairs of a centre of the batch and one of its contexts. */
  ofCentres(batch: Windows): bigint {
    const { firstCentre, endCentre, ids, side } = batch;
    const left = side === "right" ? 0n : this.#before(batch, firstCentre, endCentre);
    return left + (side === "left" ? 0n : this.#after(batch, firstCentre, endCentre, ids.length));
  }

  /**
   * For windows on both sides, the pairs whose right end is a centre of the batch, once for each of their ends that has the other in its
   * window; over all batches of a text the same as `ofCentres`, which it is for windows on one side.
   */
  ofRightEnds(batch: Windows): bigint {
    const { firstCentre, endCentre, side } = batch;
    if (side !== "both") return this.ofCentres(batch);
    const forward = this.#after(batch, 0, endCentre, endCentre) - this.#after(batch, 0, firstCentre, firstCentre);
    return this.#before(batch, firstCentre, endCentre) + forward;
  }

  /** What the windows of the tokens `from` .. `to` - 1 weigh on their left. */
  #before({ sentenceOffsets, radius }: Windows, from: number, to: number): bigint {
    const within = this.#within;
    const sum = new ExactSum();
    for (let k = 0; k < sentenceOffsets.length; k++) {
      const start = sentenceOffsets[k]!;
      const end = Math.min(sentenceOffsets[k + 1] ?? to, to);
      for (let at = Math.max(start, from); at < end; at++) sum.add(within[Math.min(radius[at]!, at - start)]!);
    }
    return sum.total;
  }

  /** What they weigh on their right, as far as the tokens before `limit`. */
  #after({ sentenceOffsets, radius }: Windows, from: number, to: number, limit: number): bigint {
    const within = this.#within;
    const sum = new ExactSum();
    for (let k = 0; k < sentenceOffsets.length; k++) {
      const last = Math.min(sentenceOffsets[k + 1] ?? limit, limit) - 1;
      const end = Math.min(last + 1, to);
      for (let at = Math.max(sentenceOffsets[k]!, from); at < end; at++)
        sum.add(within[Math.min(radius[at]!, last - at)]!);
    }
    return sum.total;
  }
}

const mostDistance = 255; // a radius is an uint8
const pairs = new WindowWeights(new Float64Array(mostDistance + 1).fill(1));

/** How many pairs of a centre and a context a batch spells out to. */
export const pairsIn = (batch: Windows): number => Number(pairs.ofCentres(batch));
