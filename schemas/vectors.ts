import { Field, FixedSizeList, Float32, Schema, Utf8 } from "apache-arrow";

/** Word vectors as a table: what writers write, readers read back, and `kernels/Vectors` answers questions about. */
export interface VectorTable {
  readonly terms: readonly string[];
  /** Row-major (V, D). */
  readonly values: Float32Array;
  readonly vectorSize: number;
  /** Model, options, corpus hash. */
  readonly metadata: ReadonlyMap<string, string>;
}

/** One row a term; its length is a part of the type. */
export function vectorsSchema(vectorSize: number, metadata: ReadonlyMap<string, string> = new Map()): Schema {
  const vector = new FixedSizeList(vectorSize, new Field("item", new Float32(), false));
  return new Schema([new Field("term", new Utf8(), false), new Field("vector", vector, false)], new Map(metadata));
}
