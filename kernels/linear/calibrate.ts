import type { Classifier } from "../../schemas/classifier.js";
import { ln } from "../numbers/logarithm.js";
import { labelLoss } from "./labelLoss.js";
import { fitOdds, logOf, type Outcome } from "./labelOdds.js";
import { isDistribution, Predictor } from "./predictor.js";

/** A document that was kept aside, and the numbers of its labels. */
export interface HeldDocument {
  readonly tokens: readonly string[];
  readonly labels: readonly number[];
}

/** Places of the golden section search. */
const STEPS = 24;
const RATIO = (Math.sqrt(5) - 1) / 2;
/** The range of the logarithm of temperatures, both ways from 0: what has hardly learned scores thousandths, of which T must make units. */
const MOST = 10;
/** How far the points of a parabola lie apart. */
const APART = 0.25;
/** From this share of documents with several labels on, a probability is that of a text having the label. */
const SEVERAL = 0.1;

/**
 * What makes probabilities agree with how often labels are right, by documents that were kept aside. The temperature is that by which their
 * labels become the most likely (Guo et al. 2017, arXiv:1706.04599, section 4.2), by a golden section search over its logarithm. A document
 * weighs the square root of its words, in the mean 1: among phrases that were cut from one another short ones are many and say little of whole
 * texts. The logarithm is taken to be about 0, with a variance of 1: documents that are all told right do not make every probability 1. Where
 * documents have several labels, the odds of the most probable label are fitted, too. 1 where there is no document.
 */
export function calibrate(
  classifier: Classifier,
  held: readonly HeldDocument[],
): Pick<Classifier, "temperature" | "labelOdds"> {
  const scored = new ScoredDocuments(classifier, held);
  if (scored.count === 0) return { temperature: 1 };
  const temperature = Math.E ** lowest(scored.lossAt);
  if (!isDistribution(classifier) || scored.several < SEVERAL * scored.count) return { temperature };
  const labelOdds = fitOdds(scored.outcomesAt(temperature));
  return labelOdds ? { temperature, labelOdds } : { temperature };
}

export interface Calibrated {
  readonly temperature: number;
  /** What `calibrate` makes as low as can be, a document, in nats: of documents with a known feature; NaN where there is none. */
  readonly loss: number;
}

/**
 * The temperature of a classifier that has learned on since one was known, and the loss at it: at the lowest point of a parabola through the
 * losses at that temperature and on both sides of it, or at one of these where that is lower. A twelfth of the work of `calibrate`, whose
 * search is made where none is known.
 */
export function recalibrate(classifier: Classifier, held: readonly HeldDocument[], before?: number): Calibrated {
  const { lossAt } = new ScoredDocuments(classifier, held);
  const at = (log: number): Calibrated => ({ temperature: Math.E ** log, loss: lossAt(log) });
  if (before === undefined) return at(lowest(lossAt));
  const near = ln(before);
  const [middle, left, right] = [at(near), at(near - APART), at(near + APART)];
  const bend = left.loss - 2 * middle.loss + right.loss;
  const bottom = bend > 0 ? near + (APART / 2) * ((left.loss - right.loss) / bend) : near;
  const tried = [middle, left, right, at(Math.min(MOST, Math.max(-MOST, bottom)))];
  return tried.reduce((best, each) => (each.loss < best.loss ? each : best));
}

/** The place of the lowest value, by a golden section search. */
export function lowest(valueAt: (log: number) => number): number {
  let [low, high] = [-MOST, MOST];
  for (let step = 0; step < STEPS; step++) {
    const [left, right] = [high - RATIO * (high - low), low + RATIO * (high - low)];
    if (valueAt(left) <= valueAt(right)) high = right;
    else low = left;
  }
  return (low + high) / 2;
}

interface Scored {
  readonly scores: Float64Array;
  readonly labels: readonly number[];
  readonly weight: number;
}

/** What a classifier scores documents, those with a known feature. State: the scores, 8 L bytes a document. */
class ScoredDocuments {
  readonly #predictor: Predictor;
  readonly #lossOf: ReturnType<typeof labelLoss>;
  readonly #rows: readonly Scored[];
  readonly #weight: number;

  constructor(classifier: Classifier, held: readonly HeldDocument[]) {
    this.#predictor = new Predictor(classifier);
    this.#lossOf = labelLoss(classifier);
    this.#rows = held.flatMap(({ tokens, labels }) => {
      const scores = this.#predictor.scores(tokens);
      return scores ? [{ scores, labels, weight: Math.sqrt(tokens.length) }] : [];
    });
    this.#weight = this.#rows.reduce((sum, { weight }) => sum + weight, 0);
  }

  get count(): number {
    return this.#rows.length;
  }

  /** How many have several labels. */
  get several(): number {
    return this.#rows.filter(({ labels }) => labels.length > 1).length;
  }

  /** The loss of temperature and labels, a document, by the logarithm of the temperature. */
  readonly lossAt = (log: number): number => {
    const temperature = Math.E ** log;
    let loss = 0;
    for (const { scores, labels, weight } of this.#rows)
      loss += weight * this.#lossOf(this.#predictor.probabilitiesAt(scores, temperature), labels);
    return loss / this.#weight + log ** 2 / 2 / this.count;
  };

  /** Of the most probable label of each. */
  outcomesAt(temperature: number): Outcome[] {
    return this.#rows.map(({ scores, labels }) => {
      const probabilities = this.#predictor.probabilitiesAt(scores, temperature);
      const first = probabilities.indexOf(probabilities.reduce((x, y) => Math.max(x, y)));
      return { log: logOf(probabilities[first]!), isRight: labels.includes(first) };
    });
  }
}
