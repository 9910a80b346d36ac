/** The learning rate of each step, the first being 1: a function of the step alone, so that a run goes on where it ended. */
export type RateSchedule = (step: number) => number;

export function constantRate(rate: number): RateSchedule {
  return () => rate;
}

export interface CosineOptions {
  readonly rate: number;
  /** Steps in which the rate grows evenly to `rate`. */
  readonly warmUp: number;
  /** The step from which on the rate stays at its end. */
  readonly steps: number;
  /** What is left of the rate at its end: a tenth in GPT-3 (Brown et al. 2020, appendix B). */
  readonly endShare: number;
}

/** Even growth, then half a cosine down (Loshchilov and Hutter 2017, arXiv:1608.03983, without restarts). */
export function cosineRate({ rate, warmUp, steps, endShare }: CosineOptions): RateSchedule {
  if (!(warmUp >= 0 && warmUp < steps)) {
    throw new RangeError(`cosineRate: warmUp must be >= 0 and < steps (${steps}), found ${warmUp}`);
  }
  return (step) => {
    if (step <= warmUp) return (rate * step) / warmUp;
    const passed = Math.min((step - warmUp) / (steps - warmUp), 1);
    return rate * (endShare + ((1 - endShare) * (1 + Math.cos(Math.PI * passed))) / 2);
  };
}

/** What `halved` carries from one judgement to the next; for checkpoints. */
export interface HalvingState {
  /** What is left of the first rate. */
  readonly share: number;
  /** Whether the rate is halved after each judgement from now on. */
  readonly halving: boolean;
  readonly best: number;
  /** Whether halving has stopped to help: learning may end. */
  readonly over: boolean;
}

export const notHalved: HalvingState = { share: 1, halving: false, best: Infinity, over: false };

/**
 * Halves the rate once the loss of held-out text stops improving, and then after each judgement, until that does not help either (Mikolov et
 * al. 2010, section 2).
 * @param loss of held-out text, in nats a token
 * @param leastGain share of the best loss so far by which a loss must be lower; rnnlm takes 0.003
 */
export function halved({ share, halving, best, over }: HalvingState, loss: number, leastGain = 0.003): HalvingState {
  const improves = best === Infinity || loss < best * (1 - leastGain);
  const halves = halving || !improves;
  return {
    share: halves ? share / 2 : share,
    halving: halves,
    best: Math.min(best, loss),
    over: over || (halving && !improves),
  };
}
