/**
 * A query for the first pass over 8-bit codes of rows, and by how much a cosine can exceed the bound that the pass computes;
 * `kernels/assembly/cosines.ts` has the formula.
 *
 * Rounding: a sum of D products of single precision is off by D 2^-24 at most, the other operations by a few 2^-24 together, the lengths of both
 * being about 1 (Higham 2002, Accuracy and Stability of Numerical Algorithms, section 3.1). Twice that is allowed for.
 */

/** |x| of a row at length 1, and its rounding. */
const UNIT = 1.001;
/** What a query's 16-bit codes may reach, and the products with 8-bit codes summed in 32 bits. */
const MOST_CODE = 32767;
const MOST_SUM = (2 ** 31 - 1) / 127;

export interface CodedQuery {
  /** t: what one step of the codes stands for. */
  readonly step: number;
  /** |t e| */
  readonly length: number;
  /** Added to a bound, it is not less than the cosine that is computed in single precision. */
  readonly slack: number;
}

/** Writes the codes of a query, as many as it is long; the places behind them are to hold 0. */
export function codeQuery(vector: Float32Array, codes: Int16Array): CodedQuery {
  let [largest, sum, square] = [0, 0, 0];
  for (const value of vector) {
    largest = Math.max(largest, Math.abs(value));
    sum += Math.abs(value);
    square += value * value;
  }
  const most = Math.min(MOST_CODE, Math.floor(((MOST_SUM - vector.length) * largest) / sum));
  const step = Math.fround(largest / most) || 1; // a query of zeros has codes of zeros
  let [length, rest] = [0, 0];
  for (let d = 0; d < vector.length; d++) {
    const code = Math.round(vector[d]! / step);
    codes[d] = code;
    length += (step * code) ** 2;
    rest += (vector[d]! - step * code) ** 2;
  }
  const rounding = (vector.length + 16) * 2 ** -23 * Math.max(1, Math.sqrt(square));
  return { step, length: Math.sqrt(length), slack: UNIT * Math.sqrt(rest) + rounding };
}
