import { makeVocabulary } from "#kernels";
import type { FinalCooccurrence } from "#schemas";

export type Cell = readonly [row: number, column: number, weight: number];

/** A finished table over made-up terms t0, t1, ... or given ones. */
export function finalCooccurrence(terms: number | readonly string[], cells: readonly Cell[]): FinalCooccurrence {
  const names = typeof terms === "number" ? Array.from({ length: terms }, (_, id) => `t${id}`) : terms;
  const sorted = [...cells].sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  return {
    vocabulary: makeVocabulary(names, new Float64Array(names.length).fill(1)),
    metadata: { windowSize: 10, weighting: "harmonic", symmetric: true, unitsPerCount: 2520 },
    length: sorted.length,
    async *batches() {
      for (let start = 0; start < sorted.length; start += 100) {
        const part = sorted.slice(start, start + 100);
        yield {
          row: Int32Array.from(part, ([row]) => row),
          column: Int32Array.from(part, ([, column]) => column),
          weight: Float64Array.from(part, ([, , weight]) => weight),
        };
      }
    },
  };
}
