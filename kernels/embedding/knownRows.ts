import type { VectorTable } from "../../schemas/index.js";

/**
 * The row that each term has in a table of vectors, or -1 (V,).
 * @throws RangeError if the table has none of the terms
 */
export function knownRows(who: string, terms: readonly string[], table: VectorTable): Int32Array {
  const rowOf = new Map(table.terms.map((term, row) => [term, row]));
  const rows = Int32Array.from(terms, (term) => rowOf.get(term) ?? -1);
  if (rows.every((row) => row < 0)) {
    const found = `none of ${table.terms.length} among ${terms.length}`;
    throw new RangeError(`${who}: initialVectors must share terms with the vocabulary, got ${found}`);
  }
  return rows;
}

/** What vectors say of those that they began with: how many of these were of use, `2081 of 2100`. */
export function initialTerms(terms: readonly string[], table: VectorTable | undefined): [string, string][] {
  if (!table) return [];
  const known = new Set(table.terms);
  return [["initialTerms", `${terms.filter((term) => known.has(term)).length} of ${known.size}`]];
}
