import type { SequenceBatch, StageState } from "../../schemas/index.js";

export interface RateSettings {
  readonly epochs: number;
  readonly learningRate: number;
  readonly minLearningRate: number;
  readonly schedule: "cosine" | "constant" | "linear" | "plateau" | "steps";
  readonly warmup: number;
  readonly decayAfter: number;
  readonly decayBy: number;
  readonly maxSteps?: number | undefined;
}

/** How far learning is. */
export type LearningPoint = Pick<SequenceBatch, "epoch" | "tokensBefore" | "expectedTokens">;

/** A held-out loss that is not lower than the one before by this share makes the step size smaller. */
const LEAST_GAIN = 0.001;

/**
 * Step sizes as a function of how far learning is. Where the length of the text is not known, cosine and linear stay at the full size.
 * State: the last held-out loss, and how often the size has fallen for it.
 */
export class LearningRates {
  readonly #settings: RateSettings;
  #lastLoss = Number.POSITIVE_INFINITY;
  #falls = 0;

  constructor(settings: RateSettings) {
    this.#settings = settings;
  }

  /** @param steps taken before */
  at({ epoch, tokensBefore, expectedTokens }: LearningPoint, steps: number): number {
    const { learningRate, minLearningRate: least, schedule, warmup, decayAfter, decayBy } = this.#settings;
    const done = this.#doneAt({ epoch, tokensBefore, expectedTokens }, steps);
    const rate = {
      constant: () => learningRate,
      linear: () => least + (learningRate - least) * (1 - done),
      cosine: () => least + ((learningRate - least) * (1 + Math.cos(Math.PI * done))) / 2,
      plateau: () => Math.max(least, learningRate * decayBy ** this.#falls),
      steps: () => Math.max(least, learningRate * decayBy ** Math.max(0, epoch + 1 - decayAfter)),
    }[schedule]();
    return steps < warmup ? (rate * (steps + 1)) / (warmup + 1) : rate;
  }

  /** The share of the passes, or of the steps where there are at most so many. */
  #doneAt({ epoch, tokensBefore, expectedTokens }: LearningPoint, steps: number): number {
    const { epochs, maxSteps = Number.POSITIVE_INFINITY } = this.#settings;
    const passed = expectedTokens > 0 ? (epoch + Math.min(1, tokensBefore / expectedTokens)) / epochs : 0;
    return Math.min(1, Math.max(passed, steps / maxSteps));
  }

  /** Sees the held-out loss after a pass. */
  see(loss: number): void {
    if (!(loss < this.#lastLoss * (1 - LEAST_GAIN))) this.#falls++;
    this.#lastLoss = loss;
  }

  save(): StageState {
    return { facts: { lastLoss: String(this.#lastLoss), falls: this.#falls }, arrays: {} };
  }

  restore({ facts }: StageState): void {
    this.#lastLoss = Number(facts.lastLoss);
    this.#falls = facts.falls as number;
  }
}
