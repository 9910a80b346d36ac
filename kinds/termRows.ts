import { makeVocabulary } from "../kernels/vocabulary/vocabulary.js";
import type { ReadableTable, Rows } from "../schemas/tables.js";
import type { Vocabulary } from "../schemas/vocabulary.js";
import { wholeColumns } from "./rows.js";

const rowsAtOnce = 65_536;

/** The rows of a table with a term, its count and `size` numbers in each (V x size). */
export function* termRowBlocks({ terms, counts }: Vocabulary, values: Float32Array, size: number): Generator<Rows> {
  for (let from = 0; from < terms.length; from += rowsAtOnce) {
    const to = Math.min(from + rowsAtOnce, terms.length);
    const rows = values.subarray(from * size, to * size);
    yield { columns: [terms.slice(from, to), counts.subarray(from, to), rows], rows: to - from };
  }
}

/** What numbers must be, and how that is said. */
export interface NumberRule {
  readonly holds: (value: number) => boolean;
  /** `the weights of topics must be finite` */
  readonly rule: string;
}

/**
 * Reads such a table: the columns of the terms, their counts and their numbers.
 * @throws RangeError with the row, if a number is not as it must be
 */
export async function readTermRows(
  table: ReadableTable,
  columns: readonly string[],
  size: number,
  { holds, rule }: NumberRule,
): Promise<{ readonly vocabulary: Vocabulary; readonly values: Float32Array }> {
  const [terms, counts, rows] = await wholeColumns<[string, number, ArrayLike<number>]>(table, columns);
  const values = new Float32Array(rows.length * size);
  rows.forEach((row, term) => {
    for (let k = 0; k < size; k++)
      if (!holds(row[k]!)) throw new RangeError(`${table.path}: ${rule}, got ${row[k]} in row ${term}`);
    values.set(row, term * size);
  });
  return { vocabulary: makeVocabulary(terms, Float64Array.from(counts)), values };
}
