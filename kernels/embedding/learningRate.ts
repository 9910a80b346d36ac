export type Schedule = "linear" | "constant" | "inverse";

export interface LearningRate {
  readonly learningRate: number;
  readonly minLearningRate: number;
  readonly schedule: Schedule;
  /** Over how many centres `linear` falls, which are all epochs together, and after how many `inverse` has come down to half. */
  readonly centres: number;
}

/**
 * The rate at which one centre is learned; a function of its absolute index (epochs count on), never of batch edges.
 * `linear` falls evenly from `learningRate` to `minLearningRate`, then stays there. `inverse` falls as 1 / (1 + centre / centres), whose
 * sum over an endless stream is endless and whose sum of squares is not (Robbins and Monro 1951), down to `minLearningRate`.
 *
 * word2vec.c reads its progress every 10,000 words, counts words before subsampling, and never falls below 1/10,000 of the start.
 */
export function learningRateAt(rate: LearningRate, centre: number): number {
  if (rate.schedule === "constant") return rate.learningRate;
  if (rate.schedule === "inverse")
    return Math.max(rate.minLearningRate, rate.learningRate / (1 + centre / rate.centres));
  const progress = Math.min(1, centre / rate.centres);
  return Math.max(rate.minLearningRate, rate.learningRate - (rate.learningRate - rate.minLearningRate) * progress);
}
