/**
 * Paired bootstrap: how far the scores of two models on a test, and their difference, would vary with other items of its kind. Items are
 * drawn with replacement, as many as there are, each time the same ones for both models; the interval spans the middle 95 % of the scores
 * that come out (percentile method).
 *
 * Efron and Tibshirani 1993, "An Introduction to the Bootstrap", section 13.3; for two systems on one test: Koehn 2004, "Statistical
 * Significance Tests for Machine Translation Evaluation".
 */
import { drawBelow, randomStream } from "../numbers/random.js";
import { boundedCosine } from "./cosines.js";

/** The score of a model where each item counts so many times (N,); NaN where it has none. */
export type ResampledScore = (counts: Uint32Array) => number;

export interface ScoredInterval {
  readonly score: number;
  /** Ends of the 95 % interval; NaN, which is null in JSON, without a score. */
  readonly low: number;
  readonly high: number;
}

export interface PairedScores {
  readonly a: ScoredInterval;
  readonly b: ScoredInterval;
  /** Of b - a. */
  readonly difference: ScoredInterval & { readonly excludesZero: boolean };
  readonly draws: number;
  /** Draws in which one of them had no score; they are left out. */
  readonly unscored: number;
}

export interface BootstrapOptions {
  readonly draws?: number;
  readonly seed?: number;
}

const TAIL = 0.025;

/** State: three numbers a draw, and one an item. */
export function pairedBootstrap(
  items: number,
  a: ResampledScore,
  b: ResampledScore,
  { draws = 2000, seed = 0 }: BootstrapOptions = {},
): PairedScores {
  const counts = new Uint32Array(items).fill(1);
  const whole = [a(counts), b(counts)] as const;
  const stream = randomStream(seed, "bootstrap");
  const drawn: (readonly [number, number])[] = [];
  for (let draw = 0; draw < draws; draw++) {
    counts.fill(0);
    for (let k = 0; k < items; k++) counts[drawBelow(stream, draw * items + k, items)]!++;
    const scores = [a(counts), b(counts)] as const;
    if (!scores.some(Number.isNaN)) drawn.push(scores);
  }
  const ofB = drawn.map(([first, second]) => second - first);
  const difference = interval(whole[1] - whole[0], ofB);
  return {
    a: interval(
      whole[0],
      drawn.map(([first]) => first),
    ),
    b: interval(
      whole[1],
      drawn.map(([, second]) => second),
    ),
    difference: { ...difference, excludesZero: difference.low > 0 || difference.high < 0 },
    draws,
    unscored: draws - drawn.length,
  };
}

function interval(score: number, scores: readonly number[]): ScoredInterval {
  const sorted = Number.isNaN(score) ? [] : scores.toSorted((x, y) => x - y);
  return { score, low: quantile(sorted, TAIL), high: quantile(sorted, 1 - TAIL) };
}

/** A quantile of sorted values, interpolated between the two next to it; NaN of none. */
function quantile(sorted: readonly number[], part: number): number {
  if (sorted.length === 0) return Number.NaN;
  const place = part * (sorted.length - 1);
  const [below, above] = [sorted[Math.floor(place)]!, sorted[Math.ceil(place)]!];
  return below + (place - Math.floor(place)) * (above - below);
}

/** The share of items that a model has right. */
export function resampledShare(isRight: readonly boolean[]): ResampledScore {
  const right = isRight.flatMap((each, item) => (each ? [item] : []));
  return (counts) => right.reduce((sum, item) => sum + counts[item]!, 0) / isRight.length;
}

/**
 * Spearman's correlation of two columns. Each is sorted once: a resample only moves the ranks, which its counts add up to, so that it costs
 * N steps.
 */
export function resampledSpearman(x: readonly number[], y: readonly number[]): ResampledScore {
  const [rankX, rankY] = [resampledRanks(x), resampledRanks(y)];
  return (counts) => weightedCorrelation(rankX(counts), rankY(counts), counts);
}

/** Ranks from 1 of values that come so many times each, equal ones at the mean of the ranks they take up; the same array each time. */
function resampledRanks(values: readonly number[]): (counts: Uint32Array) => Float64Array {
  const order = Uint32Array.from(values.keys()).sort((i, j) => values[i]! - values[j]!);
  const ranks = new Float64Array(values.length);
  return (counts) => {
    let before = 0;
    for (let start = 0, end = 0; start < order.length; start = end) {
      let equal = 0;
      for (; end < order.length && values[order[end]!] === values[order[start]!]; end++) equal += counts[order[end]!]!;
      for (let place = start; place < end; place++) ranks[order[place]!] = before + (equal + 1) / 2;
      before += equal;
    }
    return ranks;
  };
}

/** Pearson's correlation of rows that come so many times each; NaN where a side does not vary. */
function weightedCorrelation(x: Float64Array, y: Float64Array, counts: Uint32Array): number {
  let [total, sumX, sumY] = [0, 0, 0];
  for (let i = 0; i < counts.length; i++) {
    total += counts[i]!;
    sumX += counts[i]! * x[i]!;
    sumY += counts[i]! * y[i]!;
  }
  let [covariance, varianceX, varianceY] = [0, 0, 0];
  for (let i = 0; i < counts.length; i++) {
    const [dx, dy] = [x[i]! - sumX / total, y[i]! - sumY / total];
    covariance += counts[i]! * dx * dy;
    varianceX += counts[i]! * dx * dx;
    varianceY += counts[i]! * dy * dy;
  }
  if (varianceX === 0 || varianceY === 0) return Number.NaN;
  return boundedCosine(covariance / Math.sqrt(varianceX * varianceY));
}
