import type { SubwordRows } from "./subwords.js";
import type { TableSchema } from "./tables.js";

/** Word vectors as a table: what writers write, readers read back, and `kernels/Vectors` answers questions about. */
export interface VectorTable {
  readonly terms: readonly string[];
  /** Row-major (V, D). */
  readonly values: Float32Array;
  readonly vectorSize: number;
  /** What terms outside the table are made of; a term's row is then the mean of a row of its own and those of its subwords. */
  readonly subwords?: SubwordRows;
  /** Model, options, corpus hash. */
  readonly metadata: ReadonlyMap<string, string>;
}

/** One row a term; its length is a part of the type. */
export function vectorsSchema(vectorSize: number, metadata: ReadonlyMap<string, string> = new Map()): TableSchema {
  return { columns: { term: "text", vector: { list: "float32", size: vectorSize } }, metadata };
}
