/**
 * Which sense a word has where it stands: that whose mean vector in sentences of known sense is nearest by cosine (Loureiro et al. 2021,
 * "Analysis and Evaluation of Language Models for Word Sense Disambiguation", Computational Linguistics 47, section 4.2).
 */
import type { ResampledScore } from "./bootstrap.js";
import { unitVector } from "./cosines.js";

/** Mean vectors of the senses of one word. State: 16 D bytes a sense. */
export class SenseMeans {
  readonly #sums = new Map<number, Float64Array>();
  /** Of length 1, once one is asked for. */
  readonly #means = new Map<number, ArrayLike<number>>();

  add(sense: number, vector: Float32Array): void {
    const sum = this.#sums.get(sense) ?? new Float64Array(vector.length);
    this.#sums.set(sense, sum);
    this.#means.delete(sense);
    for (let d = 0; d < sum.length; d++) sum[d]! += vector[d]!;
  }

  /** The sense whose mean is nearest; of equally near ones that which was added first. Undefined if there is none. */
  nearest(vector: Float32Array): number | undefined {
    const best = { sense: undefined as number | undefined, cosine: Number.NEGATIVE_INFINITY };
    for (const [sense, sum] of this.#sums) {
      const mean = this.#means.get(sense) ?? unitVector(sum);
      this.#means.set(sense, mean);
      let cosine = 0; // but for the vector's length
      for (let d = 0; d < vector.length; d++) cosine += mean[d]! * vector[d]!;
      if (cosine > best.cosine) Object.assign(best, { sense, cosine });
    }
    return best.sense;
  }
}

/** The sense that comes most often; of equally frequent ones the first. */
export function mostFrequentSense(senses: readonly number[]): number {
  const counts = new Map<number, number>();
  for (const sense of senses) counts.set(sense, (counts.get(sense) ?? 0) + 1);
  return [...counts].reduce((best, each) => (each[1] > best[1] ? each : best))[0];
}

/** What was told of places where words stand (N,): each sense is of one word. */
export interface ToldSenses {
  readonly given: readonly number[];
  readonly told: readonly number[];
  /** The word of each sense (S,). */
  readonly wordOf: readonly number[];
}

/**
 * F1 of each sense that there is a place of, its mean over the senses of a word, and the mean of that over the words. A sense that is told at none of
 * its places has 0.
 */
export function resampledMacroF1({ given, told, wordOf }: ToldSenses): ResampledScore {
  const [right, givenOf, toldOf] = [0, 1, 2].map(() => new Float64Array(wordOf.length)) as [
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  return (counts) => {
    for (const tally of [right, givenOf, toldOf]) tally.fill(0);
    for (let place = 0; place < given.length; place++) {
      const [sense, answer, count] = [given[place]!, told[place]!, counts[place]!];
      givenOf[sense]! += count;
      toldOf[answer]! += count;
      if (sense === answer) right[sense]! += count;
    }
    const words = new Map<number, { sum: number; senses: number }>();
    for (const [sense, word] of wordOf.entries()) {
      if (givenOf[sense] === 0) continue;
      const of = words.get(word) ?? { sum: 0, senses: 0 };
      of.sum += (2 * right[sense]!) / (givenOf[sense]! + toldOf[sense]!);
      of.senses++;
      words.set(word, of);
    }
    const means = [...words.values()].map(({ sum, senses }) => sum / senses);
    return means.reduce((sum, mean) => sum + mean, 0) / means.length;
  };
}
