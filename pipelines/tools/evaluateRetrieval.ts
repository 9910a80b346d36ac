import { type RetrievalScores, scoreRetrieval } from "../../kernels/evaluation/retrieval.js";
import { show } from "../../schemas/index.js";
import { readTextLines, type TextLine } from "../../storage/files/readTextLines.js";
import { openSearch, type Ranking } from "./openSearch.js";

export interface RetrievalRequest {
  /** A query a line: id TAB text. */
  readonly queries: string;
  /** A judgement a line: query, document, grade, with tabs or blanks; of TREC: query, 0, document, grade. */
  readonly relevance: string;
  /**
   * What a grade counts: `grade` as it is, more is better, 0 and below not relevant; or `5-grade` where 1 is best: all that is judged is relevant, and
   * counts 5 less its grade, at least 1; a grade below 1, which is none, counts 1.
   */
  readonly gain: string;
  readonly k: number;
  /** Documents of a query that are looked at, at most. */
  readonly depth: number;
  readonly ranking: Ranking;
}

/**
 * Scores an index on queries whose relevant documents are known. Documents are called by their ids, or, where the index has none, by numbers from 0.
 * @throws SyntaxError for a line that cannot be read; RangeError if no query has a relevant document, or no judged document is there
 */
export async function evaluateRetrieval(path: string, request: RetrievalRequest): Promise<RetrievalScores> {
  const { queries: queryFile, relevance, k, depth, ranking } = request;
  const queries = readTextLines("eval", "queries", queryFile).filter(isFilled).map(queryOf);
  const gains = gainsOf(relevance, gainOf(request.gain));
  const search = await openSearch(path, ranking);
  const texts = queries.map(({ text }) => text);
  const found = await search.search(texts, { k: depth }).finally(() => search.close());
  const scores = scoreRetrieval(
    queries.map(({ id }, place) => ({
      ranked: (found[place]?.hits ?? []).map((hit) => hit.id ?? String(hit.document)),
      gains: gains.get(id) ?? new Map(),
    })),
    k,
  );
  if (scores.queries > 0) return scores;
  throw new RangeError(
    `eval: a query of ${queryFile} must have a relevant document in ${relevance}, got none; queries there are ${[...gains.keys()].slice(0, 3).map(show).join(", ")} ...`,
  );
}

const isFilled = ({ text }: TextLine) => text.trim() !== "";

function queryOf({ text, where }: TextLine): { readonly id: string; readonly text: string } {
  const tab = text.indexOf("\t");
  if (tab > 0) return { id: text.slice(0, tab), text: text.slice(tab + 1) };
  throw new SyntaxError(`eval: a query must be an id, a tab and a text, got ${show(text)} in ${where}`);
}

function gainsOf(path: string, gain: (grade: number) => number): Map<string, Map<string, number>> {
  const gains = new Map<string, Map<string, number>>();
  for (const { text, where } of readTextLines("eval", "judgements", path).filter(isFilled)) {
    const cells = text.includes("\t") ? text.split("\t") : text.trim().split(/\s+/);
    const [query, document, grade] = cells.length === 4 ? [cells[0]!, cells[2]!, cells[3]!] : cells;
    if (cells.length < 3 || cells.length > 4 || grade!.trim() === "" || !Number.isFinite(Number(grade)))
      throw new SyntaxError(
        `eval: a judgement must be a query, a document and a grade, or of TREC a query, 0, a document and a grade, got ${show(text)} in ${where}`,
      );
    const known = gains.get(query!) ?? new Map<string, number>();
    gains.set(query!, known.set(document!, gain(Number(grade))));
  }
  return gains;
}

/** @throws RangeError for another way of counting than there is */
function gainOf(counted: string): (grade: number) => number {
  if (counted === "grade") return (grade) => grade;
  const [, most] = /^(\d+)-grade$/.exec(counted) ?? [];
  if (most !== undefined) return (grade) => (grade < 1 ? 1 : Math.max(1, Number(most) - grade));
  throw new RangeError(`eval: gain must be grade, or a number less the grade such as 5-grade, got ${show(counted)}`);
}
