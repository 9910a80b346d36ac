import type { Neighbor, Vectors } from "../../kernels/embedding/vectors.js";
import {
  type PairedScores,
  pairedBootstrap,
  type ResampledScore,
  resampledShare,
  resampledSpearman,
} from "../../kernels/evaluation/bootstrap.js";
import { changeOf, requireShared, unitRowsOf } from "../../kernels/evaluation/drift.js";
import { pairCosines, type UnseenOptions } from "../../kernels/evaluation/evaluate.js";
import { answersRight } from "../../kernels/evaluation/evaluateAnalogies.js";
import { parseAnalogies, parseSimilarityPairs } from "../../kernels/evaluation/evaluationFiles.js";
import { compareCodePoints } from "../../kernels/text/compareCodePoints.js";
import { openSearch } from "../../kinds/vectorAnswers/searchRows.js";
import { QUESTIONS, rowOf, shareRows } from "../../kinds/vectorAnswers/sharedRows.js";
import { type EvaluationFiles, resultsByFile } from "./evaluationSets.js";
import { loadVectors } from "./vectorFiles.js";

export interface CompareOptions extends EvaluationFiles {
  /** Terms whose neighbours are told; by default some of the most frequent, those whose neighbours differ most. */
  readonly terms?: readonly string[];
  /** How many neighbours, 10 by default. */
  readonly neighbors?: number;
}

interface ComparedModel {
  readonly path: string;
  readonly terms: number;
  readonly vectorSize: number;
}

/** Scores over the items that both models know. */
export interface ComparedScores extends PairedScores {
  readonly items: number;
  readonly shared: number;
  /** Items that each knows. */
  readonly known: { readonly a: number; readonly b: number };
  /** Where one has subwords: the same over the items that have vectors in both, made of subwords as well. */
  readonly withSubwords?: ComparedScores;
}

export interface ComparedTerm {
  readonly term: string;
  /** Nearest terms among all of the model; undefined if it has no vector for the term. */
  readonly a: readonly Neighbor[] | undefined;
  readonly b: readonly Neighbor[] | undefined;
  /** The models that do not have the term, and have made a vector of its subwords. */
  readonly madeOfSubwords?: readonly ("a" | "b")[];
}

export interface Comparison {
  readonly a: ComparedModel;
  readonly b: ComparedModel;
  /** Terms in both. */
  readonly shared: number;
  /** Spearman's correlation with the scores of people, by file. */
  readonly similarity: Readonly<Record<string, ComparedScores>>;
  /** The share of questions that are answered right, by file. */
  readonly analogies: Readonly<Record<string, ComparedScores>>;
  /** How far the neighbours agree, of and among so many of the most frequent shared terms. */
  readonly overlap: { readonly terms: number; readonly neighbors: number; readonly meanJaccard: number };
  readonly terms: readonly ComparedTerm[];
}

const OVERLAP_TERMS = 10_000;
/** Terms that are told of by default, and among how many of the most frequent ones they are sought. */
const TOLD = 5;
const TOLD_AMONG = 1000;

/**
 * Compares two models: scores on the same items, with intervals, and neighbours. Either is a file of vectors or a run; the sizes of their
 * vectors may differ.
 *
 * The most frequent shared terms are those whose row numbers have the smallest sums; equal sums go by code point. State: both tables
 * with their unit rows, 8 V D bytes each. Cost: 2 N N D multiplications for the overlap of N <= 10,000 terms, and those of `evaluateVectors`.
 * @throws RangeError if the two share no term; what `loadVectors` and the parsers throw
 */
export async function compareVectors(from: string, to: string, options: CompareOptions = {}): Promise<Comparison> {
  const [a, b] = [await loadVectors(from), await loadVectors(to)];
  const { neighbors = 10, similarity = [], analogies = [] } = options;
  const shared = sharedTerms(a, b);
  requireShared("compare", shared);
  const frequent = shared.slice(0, OVERLAP_TERMS);
  const agreement = agreements(nearestAmong(a, frequent, neighbors), nearestAmong(b, frequent, neighbors));
  const terms = options.terms ?? leastAgreed(frequent, agreement);
  return {
    a: { path: from, terms: a.terms.length, vectorSize: a.vectorSize },
    b: { path: to, terms: b.terms.length, vectorSize: b.vectorSize },
    shared: shared.length,
    similarity: await resultsByFile(similarity, (text, path) => comparedSimilarity(a, b, text, path)),
    analogies: await resultsByFile(analogies, (text, path) => comparedAnalogies(a, b, text, path)),
    overlap: { terms: frequent.length, neighbors, meanJaccard: mean(agreement) },
    terms: terms.map((term) => comparedTerm(a, b, term, neighbors)),
  };
}

/** The terms in both, the most frequent first. */
function sharedTerms(a: Vectors, b: Vectors): string[] {
  const rows = a.terms.flatMap((term, row) => {
    const other = b.idOf(term);
    return other === undefined ? [] : [{ term, sum: row + other }];
  });
  return rows.sort((x, y) => x.sum - y.sum || compareCodePoints(x.term, y.term)).map(({ term }) => term);
}

/** The nearest of some terms to each of them, by place. */
function nearestAmong(vectors: Vectors, terms: readonly string[], count: number): Uint32Array[] {
  const { vectorSize } = vectors;
  const rows = shareRows({ terms, values: unitRowsOf(vectors, terms), vectorSize });
  const search = openSearch(rows);
  const nearest: Uint32Array[] = [];
  while (nearest.length < terms.length) {
    const asked = Array.from(
      { length: Math.min(QUESTIONS, terms.length - nearest.length) },
      (_, k) => nearest.length + k,
    );
    const questions = asked.map((row) => {
      const vector = Float64Array.from(rowOf(rows, row));
      return { vectors: [vector] as const, count, excluded: [row] };
    });
    nearest.push(...search.answer(questions).map((found) => found.rows));
  }
  return nearest;
}

const agreements = (a: readonly Uint32Array[], b: readonly Uint32Array[]): number[] =>
  a.map((rows, k) => changeOf([...rows], [...b[k]!]).jaccard);

function leastAgreed(terms: readonly string[], agreement: readonly number[]): string[] {
  const places = Array.from(terms.slice(0, TOLD_AMONG).keys());
  return places
    .sort((x, y) => agreement[x]! - agreement[y]!)
    .slice(0, TOLD)
    .map((place) => terms[place]!);
}

function comparedTerm(a: Vectors, b: Vectors, term: string, topN: number): ComparedTerm {
  const neighborsOf = (vectors: Vectors) => (vectors.has(term) ? vectors.mostSimilar(term, { topN }) : undefined);
  const made = Object.entries({ a, b }).filter(([, vectors]) => vectors.find(term)?.madeOfSubwords);
  const madeOfSubwords = made.map(([name]) => name as "a" | "b");
  return { term, a: neighborsOf(a), b: neighborsOf(b), ...(made.length > 0 ? { madeOfSubwords } : {}) };
}

function comparedSimilarity(a: Vectors, b: Vectors, text: string, path: string): ComparedScores {
  const pairs = parseSimilarityPairs(text, path);
  const scored = (options: UnseenOptions) =>
    compared([pairCosines(a, pairs, options), pairCosines(b, pairs, options)], (cosines, places) =>
      resampledSpearman(
        cosines,
        places.map((place) => pairs[place]!.score),
      ),
    );
  return withSubwords(a, b, scored);
}

/** Scores over the items that both know, and where one of them has subwords also over those that both have vectors for. */
function withSubwords(a: Vectors, b: Vectors, scored: (options: UnseenOptions) => ComparedScores): ComparedScores {
  const known = scored({ unseen: false });
  return a.subwords || b.subwords ? { ...known, withSubwords: scored({ unseen: true }) } : known;
}

function comparedAnalogies(a: Vectors, b: Vectors, text: string, path: string): ComparedScores {
  const questions = parseAnalogies(text, path).flatMap((section) => section.questions);
  const [ofA, ofB] = [answersRight(a, questions), answersRight(b, questions)];
  return withSubwords(a, b, ({ unseen }) => {
    const which = unseen ? "withSubwords" : "known";
    return compared([ofA[which], ofB[which]], resampledShare);
  });
}

/** Compares what two models make of each item, undefined of one that they do not know. */
function compared<Made>(
  [a, b]: readonly [readonly (Made | undefined)[], readonly (Made | undefined)[]],
  scoreOf: (made: readonly Made[], places: readonly number[]) => ResampledScore,
): ComparedScores {
  const isKnown = (made: Made | undefined) => made !== undefined;
  const places = Array.from(a.keys()).filter((place) => isKnown(a[place]) && isKnown(b[place]));
  const [scoreA, scoreB] = [a, b].map((made) =>
    scoreOf(
      places.map((place) => made[place]!),
      places,
    ),
  );
  return {
    items: a.length,
    shared: places.length,
    known: { a: a.filter(isKnown).length, b: b.filter(isKnown).length },
    ...pairedBootstrap(places.length, scoreA!, scoreB!),
  };
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
