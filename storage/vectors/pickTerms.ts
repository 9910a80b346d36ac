import { Vectors } from "../../kernels/embedding/vectors.js";
import type { VectorTable } from "../../schemas/vectors.js";

/**
 * A table of some terms, in their order: those that have a row in another or can be made of its subwords, which it leaves out.
 * State: that table.
 */
export function pickTerms(table: VectorTable, wanted: Iterable<string>): VectorTable {
  const vectors = new Vectors(table);
  const { vectorSize, metadata } = table;
  const terms = Array.from(wanted).filter((term) => vectors.has(term));
  const values = new Float32Array(terms.length * vectorSize);
  for (const [row, term] of terms.entries()) values.set(vectors.vectorOf(term), row * vectorSize);
  return { terms, values, vectorSize, metadata };
}
