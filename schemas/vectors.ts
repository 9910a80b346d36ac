import type { SubwordRows } from "./subwords.js";
import type { Rows, TableSchema } from "./tables.js";

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

/** Metadata of a file of vectors with subwords: their form, as JSON. */
export const SUBWORDS = "subwords";

/**
 * One row a term; the length of a vector is a part of the type. Where there are subwords, terms have the bucket -1, and behind them
 * stands a row without a term for each bucket that has one.
 */
export function vectorsSchema(
  vectorSize: number,
  metadata: ReadonlyMap<string, string> = new Map(),
  subwords?: SubwordRows,
): TableSchema {
  const columns = { term: "text", vector: { list: "float32", size: vectorSize } } as const;
  if (!subwords) return { columns, metadata };
  const told = new Map([...metadata, [SUBWORDS, JSON.stringify(subwords.form)]]);
  return { columns: { ...columns, bucket: "int32" }, metadata: told };
}

/** The rows of `vectorsSchema`, at most so many at a time. */
export function* vectorRowBlocks(
  { terms, values, vectorSize, subwords }: VectorTable,
  rowsAtOnce: number,
): Generator<Rows> {
  for (let from = 0; from < terms.length; from += rowsAtOnce) {
    const to = Math.min(from + rowsAtOnce, terms.length);
    const vectors = values.subarray(from * vectorSize, to * vectorSize);
    const none = subwords ? [new Int32Array(to - from).fill(-1)] : [];
    yield { columns: [terms.slice(from, to), vectors, ...none], rows: to - from };
  }
  if (!subwords) return;
  for (let from = 0; from < subwords.buckets.length; from += rowsAtOnce) {
    const to = Math.min(from + rowsAtOnce, subwords.buckets.length);
    const vectors = subwords.values.subarray(from * vectorSize, to * vectorSize);
    const buckets = Int32Array.from(subwords.buckets.subarray(from, to));
    yield { columns: [new Array<string>(to - from).fill(""), vectors, buckets], rows: to - from };
  }
}
