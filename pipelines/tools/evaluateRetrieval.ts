import { type RetrievalScores, scoreRetrieval } from "../../kernels/evaluation/retrieval.js";
import { openSearch, type Ranking } from "./openSearch.js";
import { type RetrievalFiles, RetrievalSet } from "./retrievalSet.js";

export interface RetrievalRequest extends RetrievalFiles {
  readonly k: number;
  /** Documents of a query that are looked at, at most. */
  readonly depth: number;
  readonly ranking: Ranking;
}

/**
 * Scores an index on queries whose relevant documents are known. Documents are called by their ids, or, where the index has none, by numbers from 0.
 * @throws SyntaxError for a line that cannot be read; RangeError if no query has a relevant document
 */
export async function evaluateRetrieval(path: string, request: RetrievalRequest): Promise<RetrievalScores> {
  const { k, depth, ranking } = request;
  const set = new RetrievalSet("eval", request);
  const search = await openSearch(path, ranking);
  return scoreRetrieval(await set.rankedBy(search, depth).finally(() => search.close()), k);
}
