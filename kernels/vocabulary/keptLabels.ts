import type { LabelSet } from "../../schemas/vocabulary.js";

export interface LabelBounds {
  /** The most labels that are kept; all if left out. */
  readonly maxLabels?: number | undefined;
  /** Documents that a label needs. */
  readonly minLabelCount: number;
}

export interface KeptLabels {
  /** Those that occur `minLabelCount` times, at most `maxLabels`, the most frequent ones. */
  readonly kept: LabelSet;
  readonly dropped: ReadonlySet<string>;
  /** Labels of documents that are left out, by reason. */
  readonly leftOut: { readonly belowMinLabelCount: number; readonly beyondMaxLabels: number };
}

export function keepLabels(
  { names, counts }: LabelSet,
  { maxLabels = Infinity, minLabelCount }: LabelBounds,
): KeptLabels {
  const rare = counts.findIndex((count) => count < minLabelCount);
  const frequent = rare < 0 ? counts.length : rare;
  const kept = Math.min(frequent, maxLabels);
  const sum = (some: Float64Array) => some.reduce((total, count) => total + count, 0);
  return {
    kept: { names: names.slice(0, kept), counts: counts.slice(0, kept) },
    dropped: new Set(names.slice(kept)),
    leftOut: {
      belowMinLabelCount: sum(counts.subarray(frequent)),
      beyondMaxLabels: sum(counts.subarray(kept, frequent)),
    },
  };
}
