import { type DataType, Field, Float32, Float64, Int32, Schema, Utf8 } from "apache-arrow";

export type NumericColumn = Int8Array | Int32Array | Uint32Array | Float32Array | Float64Array;

/** A list in a row, where each row may have one of another length. */
export type RowList = NumericColumn | readonly string[];

/** A column of a table to be written: numbers, texts, lists of equal length laid end to end, or a list a row. */
export type Column = NumericColumn | readonly string[] | readonly RowList[];

/** A column as it was read: texts, numbers, or a list a row. */
export type ReadColumn = readonly string[] | ArrayLike<number> | readonly ArrayLike<number>[] | readonly string[][];

/** Metadata of a table: the name of the kind of what it holds. */
export const KIND = "kind";

/** Rows to be written, in the order of the schema's fields. */
export interface Rows {
  readonly columns: readonly Column[];
  readonly rows: number;
}

export interface TableBlock {
  readonly rows: number;
  readonly columns: readonly ReadColumn[];
}

/** A table that can be read block by block, as often as wanted. */
export interface ReadableTable {
  /** For messages. */
  readonly path: string;
  /** The named columns, in the file's order of rows. State: one block. */
  blocks(names: readonly string[]): AsyncIterable<TableBlock>;
}

/** An Arrow or Parquet file, read block by block: record batches or row groups. */
export interface TableFile {
  readonly format: "arrow" | "parquet";
  readonly columns: readonly { readonly name: string; readonly type: string }[];
  readonly metadata: ReadonlyMap<string, string>;
  /** The named columns, in the file's order of rows. State: one block. */
  blocks(names: readonly string[]): AsyncIterable<TableBlock>;
}

const cellTypes = { text: Utf8, int32: Int32, float32: Float32, float64: Float64 } as const;

/** The columns of a table, none of them with gaps: `{ term: "text", count: "float64" }`. */
export function tableSchema(columns: Readonly<Record<string, keyof typeof cellTypes>>): Schema {
  const field = ([name, type]: [string, keyof typeof cellTypes]) =>
    new Field<DataType>(name, new cellTypes[type](), false);
  return new Schema(Object.entries(columns).map(field));
}
