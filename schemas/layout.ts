/** Where terms lie. */
export interface Places {
  /** Row-major (V, 2), from 0 to 65,535 in the longer direction. */
  readonly points: Uint16Array;
  /** The share of nearest neighbours by cosine that are among the nearest points. */
  readonly neighborsKept: number;
}

/** Terms as points in a plane, the most frequent first. */
export interface DrawnTerms extends Places {
  readonly terms: readonly string[];
  /** The cluster of each by k-means of the vectors (V,). */
  readonly groups: Uint8Array;
}

/** A finished map of the first terms of a table of vectors. */
export interface TermLayout extends DrawnTerms {
  /** Terms of the table, drawn or not. */
  readonly of: number;
  /** Where the same terms lay in earlier epochs, on the same grid, the first one first. */
  readonly earlier: readonly Places[];
  /** What the vectors were made by, and how they were laid out. */
  readonly metadata: ReadonlyMap<string, string>;
}
