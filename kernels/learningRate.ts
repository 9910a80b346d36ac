export type Schedule = "linear" | "constant";

export interface LearningRate {
  readonly learningRate: number;
  readonly minLearningRate: number;
  readonly schedule: Schedule;
  /** Over how many centres `linear` falls: all epochs together. */
  readonly centres: number;
}

/**
 * The rate at which one centre is learned; a function of its absolute index (epochs count on), never of batch edges.
 * `linear` falls evenly from `learningRate` to `minLearningRate`, then stays there.
 *
 * word2vec.c reads its progress every 10,000 words, counts words before subsampling, and never falls below 1/10,000 of the start.
 */
export function learningRateAt(rate: LearningRate, centre: number): number {
  if (rate.schedule === "constant") return rate.learningRate;
  const progress = Math.min(1, centre / rate.centres);
  return Math.max(rate.minLearningRate, rate.learningRate - (rate.learningRate - rate.minLearningRate) * progress);
}
