/** A term of a query that the index knows. */
export interface QueryTerm {
  /** Its place in the index. */
  readonly term: number;
  readonly inQuery: number;
}

export interface WeighedTerm extends QueryTerm {
  /** What is multiplied with the part of each posting; never 0. */
  readonly weight: number;
  /** What a posting of the term adds at most. */
  readonly bound: number;
}

/** Scores of documents that are sums over the terms of the query: weight x part. */
export interface Scoring {
  /** The terms of a query with their weights; those that add nothing to any document are left out. */
  weigh(terms: readonly QueryTerm[]): WeighedTerm[];
  /** What so many occurrences of a term in a document count, before the weight. */
  part(count: number, document: number): number;
}
