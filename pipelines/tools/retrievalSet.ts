import type { RankedQuery } from "../../kernels/evaluation/retrieval.js";
import { show } from "../../schemas/index.js";
import { readTextLines, type TextLine } from "../../storage/files/readTextLines.js";
import type { TextSearch } from "./textSearch.js";

export interface RetrievalFiles {
  /** A query a line: id TAB text. */
  readonly queries: string;
  /** A judgement a line: query, document, grade, with tabs or blanks; of TREC: query, 0, document, grade. */
  readonly relevance: string;
  /**
   * What a grade counts: `grade` as it is, more is better, 0 and below not relevant; or `5-grade` where 1 is best: all that is judged is relevant, and
   * counts 5 less its grade, at least 1; a grade below 1, which is none, counts 1.
   */
  readonly gain: string;
}

/** Queries whose relevant documents are known. */
export class RetrievalSet {
  readonly #queries: readonly Query[];
  readonly #gains: ReadonlyMap<string, ReadonlyMap<string, number>>;

  /** @throws SyntaxError for a line that cannot be read; RangeError if no query has a judged document, or for another gain than there is */
  constructor(who: string, { queries, relevance, gain }: RetrievalFiles) {
    const lines = readTextLines(who, "queries", queries).filter(isFilled);
    this.#queries = lines.map((line) => queryOf(who, line));
    this.#gains = gainsOf(who, relevance, gainOf(who, gain));
    if (this.#queries.some(({ id }) => hasRelevant(this.#gains.get(id)))) return;
    throw new RangeError(
      `${who}: a query of ${queries} must have a relevant document in ${relevance}, got none; queries there are ${[...this.#gains.keys()].slice(0, 3).map(show).join(", ")} ...`,
    );
  }

  get size(): number {
    return this.#queries.length;
  }

  /** What a search finds for each query, documents by their ids, or, where the index has none, by numbers from 0. */
  async rankedBy(search: TextSearch, depth: number): Promise<RankedQuery[]> {
    const found = await search.search(
      this.#queries.map(({ text }) => text),
      { k: depth },
    );
    return this.#queries.map(({ id }, place) => ({
      ranked: (found[place]?.hits ?? []).map((hit) => hit.id ?? String(hit.document)),
      gains: this.#gains.get(id) ?? new Map(),
    }));
  }
}

interface Query {
  readonly id: string;
  readonly text: string;
}

const hasRelevant = (gains: ReadonlyMap<string, number> = new Map()) => [...gains.values()].some((gain) => gain > 0);

const isFilled = ({ text }: TextLine) => text.trim() !== "";

function queryOf(who: string, { text, where }: TextLine): Query {
  const tab = text.indexOf("\t");
  if (tab > 0) return { id: text.slice(0, tab), text: text.slice(tab + 1) };
  throw new SyntaxError(`${who}: a query must be an id, a tab and a text, got ${show(text)} in ${where}`);
}

function gainsOf(who: string, path: string, gain: (grade: number) => number): Map<string, Map<string, number>> {
  const gains = new Map<string, Map<string, number>>();
  for (const { text, where } of readTextLines(who, "judgements", path).filter(isFilled)) {
    const cells = text.includes("\t") ? text.split("\t") : text.trim().split(/\s+/);
    const [query, document, grade] = cells.length === 4 ? [cells[0]!, cells[2]!, cells[3]!] : cells;
    if (cells.length < 3 || cells.length > 4 || grade!.trim() === "" || !Number.isFinite(Number(grade)))
      throw new SyntaxError(
        `${who}: a judgement must be a query, a document and a grade, or of TREC a query, 0, a document and a grade, got ${show(text)} in ${where}`,
      );
    const known = gains.get(query!) ?? new Map<string, number>();
    gains.set(query!, known.set(document!, gain(Number(grade))));
  }
  return gains;
}

/** @throws RangeError for another way of counting than there is */
function gainOf(who: string, counted: string): (grade: number) => number {
  if (counted === "grade") return (grade) => grade;
  const [, most] = /^(\d+)-grade$/.exec(counted) ?? [];
  if (most !== undefined) return (grade) => (grade < 1 ? 1 : Math.max(1, Number(most) - grade));
  throw new RangeError(`${who}: gain must be grade, or a number less the grade such as 5-grade, got ${show(counted)}`);
}
