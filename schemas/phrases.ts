/** Pairs of neighbouring terms that occur together more often than chance would have it. Fixed once learned. */
export interface Phrases {
  /** First term to second term to score. */
  readonly pairs: ReadonlyMap<string, ReadonlyMap<string, number>>;
  /** Number of pairs. */
  readonly size: number;
}
