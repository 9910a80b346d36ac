/**
 * How strongly two terms go together, from a table of counts x with row sums r_i, column sums c_j and total n:
 *
 *     pmi          ln( x_ij / (r_i p_j) ),  p_j = c_j^s / sum over k of c_k^s
 *     ppmi         pmi where it is > 0; other cells are left out
 *     npmi         pmi / -ln(x_ij / n), from -1 to 1 without smoothing (Bouma 2009)
 *     log          ln(1 + x_ij)
 *     conditional  x_ij / r_i: how likely j is in a window of i
 *
 * (Church and Hanks 1990; Levy, Goldberg and Dagan 2015, Q15-1016, section 3.) With s = 1, p_j is the context's share and pmi the
 * textbook's; s = 0.75 is the context-distribution smoothing of section 3.2, which weakens what rare contexts gain by chance.
 */
import type { AssociationMeasure, FinalCooccurrence } from "../../schemas/cooccurrence.js";
import { exp, ln } from "../numbers/logarithm.js";

export interface Marginals {
  /** Sum of each row (V,). */
  readonly rows: Float64Array;
  /** Smoothed share of each column (V,). */
  readonly shares: Float64Array;
  readonly total: number;
}

export async function marginalsOf(table: FinalCooccurrence, smoothing: number): Promise<Marginals> {
  const terms = table.vocabulary.terms.length;
  const rows = new Float64Array(terms);
  const columns = new Float64Array(terms);
  for await (const { row, column, weight } of table.batches())
    for (let i = 0; i < row.length; i++) {
      rows[row[i]!]! += weight[i]!;
      columns[column[i]!]! += weight[i]!;
    }
  const smoothed = columns.map((sum) => (sum === 0 ? 0 : smoothing === 1 ? sum : exp(smoothing * ln(sum))));
  const smoothedTotal = smoothed.reduce((sum, each) => sum + each, 0);
  return {
    rows,
    shares: smoothed.map((each) => each / smoothedTotal),
    total: rows.reduce((sum, each) => sum + each, 0),
  };
}

/** The measure of a cell; undefined for one that a positive measure leaves out. */
export function association(
  measure: AssociationMeasure,
  { rows, shares, total }: Marginals,
  row: number,
  column: number,
  weight: number,
): number | undefined {
  if (measure === "log") return ln(1 + weight);
  if (measure === "conditional") return weight / rows[row]!;
  const pmi = ln(weight / (rows[row]! * shares[column]!));
  if (measure === "ppmi") return pmi > 0 ? pmi : undefined;
  // A table of one cell has nothing to compare with: its terms always go together.
  return measure === "pmi" ? pmi : weight === total ? 1 : pmi / -ln(weight / total);
}
