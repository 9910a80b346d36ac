/**
 * How well vectors agree with people: rank correlation on pairs of words (Finkelstein et al. 2001) and analogy questions
 * (Mikolov et al. 2013, arXiv:1301.3781, section 4).
 */
import type { Vectors } from "../embedding/vectors.js";
import { boundedCosine } from "./cosines.js";

export interface SimilarityPair {
  readonly a: string;
  readonly b: string;
  /** How alike people find the two; any scale. */
  readonly score: number;
}

export interface SimilarityResult {
  /** Correlation of the cosines with the scores; NaN, which is null in JSON, where there is none. */
  readonly pearson: number;
  /** Correlation of their ranks, ties at their mean rank; NaN as well. */
  readonly spearman: number;
  /** Why there is no correlation. */
  readonly reason?: string;
  /** Pairs compared. */
  readonly pairs: number;
  /** Pairs with a term that has no vector. */
  readonly skipped: number;
  /** Of vectors with subwords: the same over the pairs that have a vector made of subwords as well. */
  readonly withSubwords?: SimilarityResult;
}

export interface EvaluateOptions {
  /** Compare in lower case; of terms that differ in case only, the first row counts. True by default. */
  readonly lowerCase?: boolean;
}

export interface UnseenOptions extends EvaluateOptions {
  /** Terms that are not in the table have the vector that their subwords make. False by default. */
  readonly unseen?: boolean;
}

export function evaluateSimilarity(
  vectors: Vectors,
  pairs: readonly SimilarityPair[],
  options?: EvaluateOptions,
): SimilarityResult {
  const known = correlation(pairCosines(vectors, pairs, options), pairs);
  if (!vectors.subwords) return known;
  return { ...known, withSubwords: correlation(pairCosines(vectors, pairs, { ...options, unseen: true }), pairs) };
}

function correlation(all: readonly (number | undefined)[], pairs: readonly SimilarityPair[]): SimilarityResult {
  const known = pairs.filter((_, pair) => all[pair] !== undefined);
  const cosines = all.filter((cosine) => cosine !== undefined);
  const scores = known.map(({ score }) => score);
  const reason = whyUncorrelated(cosines, scores);
  return {
    pearson: pearson(cosines, scores),
    spearman: pearson(ranks(cosines), ranks(scores)),
    pairs: known.length,
    skipped: pairs.length - known.length,
    ...(reason ? { reason } : {}),
  };
}

/** The cosine of each pair; undefined where a term has no vector. */
export function pairCosines(
  vectors: Vectors,
  pairs: readonly SimilarityPair[],
  options?: UnseenOptions,
): (number | undefined)[] {
  const nameOf = namesIn(vectors, options);
  return pairs.map((pair) => {
    const [a, b] = [nameOf(pair.a), nameOf(pair.b)];
    return a === undefined || b === undefined ? undefined : vectors.similarity(a, b);
  });
}

/** By what name vectors know a term: that of its row, or where it has none and subwords that are known, its own; else undefined. */
export function namesIn(
  vectors: Vectors,
  { lowerCase = true, unseen = false }: UnseenOptions = {},
): (term: string) => string | undefined {
  const rows = firstRows(vectors.terms, lowerCase);
  return (term) => {
    const folded = fold(term, lowerCase);
    const row = rows.get(folded);
    if (row !== undefined) return vectors.terms[row]!;
    return unseen && vectors.has(folded) ? folded : undefined;
  };
}

function whyUncorrelated(cosines: readonly number[], scores: readonly number[]): string | undefined {
  if (scores.length < 2) return "fewer than 2 pairs have vectors";
  if (isConstant(scores)) return "all scores are equal";
  return isConstant(cosines) ? "all cosines are equal" : undefined;
}

const isConstant = (values: readonly number[]): boolean => values.every((value) => value === values[0]);

/** Row of each folded term; the first of equal ones, which is the more frequent. */
export function firstRows(terms: readonly string[], lowerCase: boolean): Map<string, number> {
  const rows = new Map<string, number>();
  terms.forEach((term, row) => {
    const folded = fold(term, lowerCase);
    if (!rows.has(folded)) rows.set(folded, row);
  });
  return rows;
}

export const fold = (term: string, lowerCase: boolean): string => (lowerCase ? term.toLowerCase() : term);

/** Pearson's correlation: covariance over the product of the standard deviations; NaN where a side does not vary. */
export function pearson(x: readonly number[], y: readonly number[]): number {
  if (isConstant(x) || isConstant(y)) return Number.NaN; // what rounding left of their deviations would be told as a correlation
  const meanX = mean(x);
  const meanY = mean(y);
  let covariance = 0;
  let varianceX = 0;
  let varianceY = 0;
  x.forEach((value, i) => {
    const dx = value - meanX;
    const dy = y[i]! - meanY;
    covariance += dx * dy;
    varianceX += dx * dx;
    varianceY += dy * dy;
  });
  return boundedCosine(covariance / Math.sqrt(varianceX * varianceY)); // the cosine of both sides' deviations
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/** Ranks from 1; equal values share the mean of the ranks they take up. */
export function ranks(values: readonly number[]): number[] {
  const order = values.map((_, i) => i).sort((i, j) => values[i]! - values[j]!);
  const result = new Array<number>(values.length);
  for (let start = 0; start < order.length; ) {
    let end = start + 1;
    while (end < order.length && values[order[end]!] === values[order[start]!]) end++;
    for (const i of order.slice(start, end)) result[i] = (start + 1 + end) / 2;
    start = end;
  }
  return result;
}

export interface AnalogySection {
  readonly name: string;
  /** a is to b as c is to d. */
  readonly questions: readonly (readonly [a: string, b: string, c: string, d: string])[];
}
