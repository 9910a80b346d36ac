/**
 * Whether a word has one sense in two sentences, by the cosine of its vectors there: it has where the cosine is above a threshold, the one that
 * has most pairs right for which the answer is known (Pilehvar and Camacho-Collados 2019, arXiv:1808.09121, section 4).
 */

/** Cosines of pairs, NaN of one without vectors, and whether each has one sense (N,). */
export interface JudgedPairs {
  readonly cosines: ArrayLike<number>;
  readonly isSame: readonly boolean[];
}

export interface ShareRight {
  readonly accuracy: number;
  /** Of that share, by the binomial distribution: sqrt(p (1 - p) / N). */
  readonly standardError: number;
}

export interface ThresholdScore extends ShareRight {
  /** Undefined where each part of the pairs has its own. */
  readonly threshold?: number;
  /** Pairs without vectors, for which the more frequent answer is given. */
  readonly withoutVectors: number;
}

/** Parts of which each is judged by what was chosen on the others. */
const PARTS = 10;

/** The threshold that has most pairs right; of equally good ones the lowest. It lies in the middle between two cosines, or at the highest. */
export function bestThreshold({ cosines, isSame }: JudgedPairs): number {
  const known = [...isSame.keys()].filter((pair) => !Number.isNaN(cosines[pair]!));
  known.sort((a, b) => cosines[a]! - cosines[b]!);
  const lowest = cosines[known[0]!] ?? 0;
  let right = known.filter((pair) => isSame[pair]).length;
  let best = { right, threshold: lowest - 1 };
  for (const [place, pair] of known.entries()) {
    right += isSame[pair] ? -1 : 1;
    const [below, above = below] = [cosines[pair]!, cosines[known[place + 1]!]] as [number, number | undefined];
    const isLast = place + 1 === known.length;
    if ((below < above || isLast) && right > best.right) best = { right, threshold: below + (above - below) / 2 };
  }
  return best.threshold;
}

/** Judges pairs by what is best on others. */
export function scoreByThreshold(pairs: JudgedPairs, learned: JudgedPairs): ThresholdScore {
  const threshold = bestThreshold(learned);
  return { ...scoreOf(pairs, answersBy(pairs, threshold, mostFrequent(learned.isSame))), threshold };
}

/** Judges each of ten parts, every tenth pair, by what is best on the other nine. */
export function crossValidated(pairs: JudgedPairs): ThresholdScore {
  const answers = new Array<boolean>(pairs.isSame.length);
  for (let part = 0; part < PARTS; part++) {
    const learned = pairsWhere(pairs, (pair) => pair % PARTS !== part);
    const given = answersBy(pairs, bestThreshold(learned), mostFrequent(learned.isSame));
    for (let pair = part; pair < answers.length; pair += PARTS) answers[pair] = given[pair]!;
  }
  return scoreOf(pairs, answers);
}

/** What comes of the answer that is more frequent among others. */
export function majorityScore(isSame: readonly boolean[], learned: readonly boolean[]): ShareRight {
  const answer = mostFrequent(learned);
  return shareRight(isSame.map((each) => each === answer));
}

export function shareRight(isRight: readonly boolean[]): ShareRight {
  const accuracy = isRight.filter(Boolean).length / isRight.length;
  return { accuracy, standardError: Math.sqrt((accuracy * (1 - accuracy)) / isRight.length) };
}

const mostFrequent = (isSame: readonly boolean[]) => 2 * isSame.filter(Boolean).length >= isSame.length;

function answersBy({ cosines, isSame }: JudgedPairs, threshold: number, otherwise: boolean): boolean[] {
  return isSame.map((_, pair) => (Number.isNaN(cosines[pair]!) ? otherwise : cosines[pair]! > threshold));
}

function scoreOf({ cosines, isSame }: JudgedPairs, answers: readonly boolean[]): ThresholdScore {
  return {
    ...shareRight(isSame.map((each, pair) => each === answers[pair])),
    withoutVectors: Array.from(cosines).filter(Number.isNaN).length,
  };
}

function pairsWhere({ cosines, isSame }: JudgedPairs, holds: (pair: number) => boolean): JudgedPairs {
  const kept = [...isSame.keys()].filter(holds);
  return { cosines: kept.map((pair) => cosines[pair]!), isSame: kept.map((pair) => isSame[pair]!) };
}
