/**
 * Scores of ranked documents against judgements, as trec_eval defines them (Manning et al. 2008, Introduction to Information Retrieval, section
 * 8.4). A document is relevant if its gain is above 0; one without a judgement is not. With R relevant documents of a query:
 *
 *     average precision   sum over the ranks r of relevant documents of (relevant ones up to r) / r, divided by R
 *     reciprocal rank     1 / the rank of the first relevant document, 0 if none was found
 *     P@k, recall@k       relevant documents among the first k, divided by k, by R
 *     nDCG@k              sum over r <= k of gain(r) / log2(r + 1), divided by the same of the judged documents, the best first
 *
 * (Järvelin and Kekäläinen 2002, ACM TOIS 20(4), with their gain as it is, not 2^gain - 1). Means are over the queries that have a relevant document;
 * one that finds nothing counts 0.
 */
export interface RankedQuery {
  /** Documents found, the best first. */
  readonly ranked: readonly string[];
  /** The gain of each document that was judged. */
  readonly gains: ReadonlyMap<string, number>;
}

export interface RetrievalScores {
  /** Queries with a relevant document. */
  readonly queries: number;
  /** Queries without one, which are left out. */
  readonly withoutRelevant: number;
  /** Queries with a relevant document that found nothing. */
  readonly withoutHits: number;
  readonly meanAveragePrecision: number;
  readonly meanReciprocalRank: number;
  readonly k: number;
  readonly ndcgAtK: number;
  readonly precisionAtK: number;
  readonly recallAtK: number;
}

export function scoreRetrieval(queries: readonly RankedQuery[], k: number): RetrievalScores {
  const asked = queries.filter(({ gains }) => relevantIn(gains) > 0);
  const mean = (of: (query: RankedQuery) => number) =>
    asked.length === 0 ? 0 : asked.reduce((sum, query) => sum + of(query), 0) / asked.length;
  const found = ({ ranked, gains }: RankedQuery) => ranked.slice(0, k).filter((id) => isRelevant(gains, id)).length;
  return {
    queries: asked.length,
    withoutRelevant: queries.length - asked.length,
    withoutHits: asked.filter(({ ranked }) => ranked.length === 0).length,
    meanAveragePrecision: mean(averagePrecision),
    meanReciprocalRank: mean(({ ranked, gains }) => {
      const first = ranked.findIndex((id) => isRelevant(gains, id));
      return first < 0 ? 0 : 1 / (first + 1);
    }),
    k,
    ndcgAtK: mean((query) => ndcg(query, k)),
    precisionAtK: mean((query) => found(query) / k),
    recallAtK: mean((query) => found(query) / relevantIn(query.gains)),
  };
}

const isRelevant = (gains: RankedQuery["gains"], id: string) => (gains.get(id) ?? 0) > 0;
const relevantIn = (gains: RankedQuery["gains"]) => [...gains.values()].filter((gain) => gain > 0).length;

export function averagePrecision({ ranked, gains }: RankedQuery): number {
  let relevant = 0;
  let sum = 0;
  for (const [place, id] of ranked.entries()) if (isRelevant(gains, id)) sum += ++relevant / (place + 1);
  return sum / relevantIn(gains);
}

export function ndcg({ ranked, gains }: RankedQuery, k: number): number {
  const ideal = [...gains.values()].sort((a, b) => b - a);
  return (
    discounted(
      ranked.map((id) => gains.get(id) ?? 0),
      k,
    ) / discounted(ideal, k)
  );
}

/** Gains below 0 count as 0. */
function discounted(gains: readonly number[], k: number): number {
  return gains.slice(0, k).reduce((sum, gain, place) => sum + Math.max(0, gain) / Math.log2(place + 2), 0);
}
