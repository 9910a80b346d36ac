import type { FinalCooccurrence } from "../../schemas/cooccurrence.js";
import { ln } from "../numbers/logarithm.js";
import { coherenceOf } from "./coherence.js";

/** How well lists of terms go together in the windows of a text, a number a list; -1 of each for a list without pairs. */
export interface WindowCoherence {
  /** C_NPMI: mean of ln(P(a, b) / (P(a) P(b))) / -ln P(a, b) over all pairs, -1 .. 1; a pair that never occurs has -1. */
  readonly npmi: Float64Array;
  /** C_UCI: mean of ln(P(a, b) / (P(a) P(b))) over all pairs (Newman et al. 2010); a pair that never occurs has -1. */
  readonly uci: Float64Array;
  /** C_V: mean cosine of each term's NPMI with all terms, and the sum of these over all terms. */
  readonly cV: Float64Array;
  /** Terms of all lists that the table does not have, each time that they stand in one. */
  readonly unknownTerms: number;
}

/**
 * Coherence from a table of pairs within windows (Röder, Both and Hinneburg 2015, 10.1145/2684822.2685324): C_NPMI and C_UCI of windows of 10, C_V of
 * windows of 110. P(a, b) is the pair's share of all pairs of the table, and P(a) that of the pairs that have a first, where the paper has the share of
 * the positions of a sliding window that hold them: near pairs then count more. No value is not a number.
 * State: 8 bytes a pair of a list's terms, and 8 bytes a term of the table. One pass over the table.
 * @throws RangeError unless the table has counts of flat windows, in both directions
 */
export async function windowCoherence(
  lists: readonly (readonly string[])[],
  table: FinalCooccurrence,
): Promise<WindowCoherence> {
  requireFlat(table);
  const places: [list: number, place: number][][] = [];
  let unknownTerms = 0;
  lists.forEach((terms, list) => {
    terms.forEach((term, place) => {
      const id = table.vocabulary.idOf(term);
      if (id === undefined) unknownTerms++;
      else places[id] = [...(places[id] ?? []), [list, place]];
    });
  });
  const counts = lists.map(({ length }) => new Float64Array(length * length));
  const pairsOf = new Float64Array(table.vocabulary.terms.length);
  let all = 0;
  for await (const { row, column, weight } of table.batches())
    for (let cell = 0; cell < weight.length; cell++) {
      const [a, b, pairs] = [row[cell]!, column[cell]!, weight[cell]!];
      all += pairs;
      pairsOf[a]! += pairs;
      if (a !== b && places[a] && places[b]) addPair(places[a], places[b], pairs);
    }
  places.forEach((found, id) => {
    for (const [list, place] of found) counts[list]![place * (lists[list]!.length + 1)] = pairsOf[id]!;
  });

  function addPair(first: readonly [number, number][], second: readonly [number, number][], pairs: number): void {
    for (const [list, a] of first)
      for (const [other, b] of second) if (list === other) counts[list]![a * lists[list]!.length + b]! += pairs;
  }

  const measures = lists.map(({ length }, list) => coherenceOf(counts[list]!, length, all));
  return {
    npmi: Float64Array.from(measures, ({ npmi }) => npmi),
    uci: Float64Array.from(lists, ({ length }, list) => meanInformation(counts[list]!, length, all)),
    cV: Float64Array.from(measures, ({ cV }) => cV),
    unknownTerms,
  };
}

/** Mean pointwise mutual information, in nats, of counts of pairs (n, n) with those of single terms on the diagonal. */
function meanInformation(counts: Float64Array, n: number, all: number): number {
  let [sum, pairs] = [0, 0];
  for (let a = 1; a < n; a++)
    for (let b = 0; b < a; b++, pairs++) {
      const both = counts[a * n + b]!;
      sum += both === 0 ? -1 : ln((both * all) / (counts[a * (n + 1)]! * counts[b * (n + 1)]!));
    }
  return pairs === 0 ? -1 : sum / pairs;
}

function requireFlat({ metadata: { weighting, symmetric, measure } }: FinalCooccurrence): void {
  if (weighting === "flat" && symmetric && measure === undefined) return;
  const found = [measure ?? "counts", weighting, symmetric ? "symmetric" : "not symmetric"].join(", ");
  throw new RangeError(`coherence: the table must have counts of flat windows, symmetric, got one of ${found}`);
}
