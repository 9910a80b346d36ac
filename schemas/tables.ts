export type NumericColumn = Int8Array | Int32Array | Uint32Array | Float32Array | Float64Array;

/** A list in a row, where each row may have one of another length. */
export type RowList = NumericColumn | readonly string[];

/** Lists of numbers that may differ in length, laid end to end: that of row k is `values[offsets[k], offsets[k + 1])`. */
export interface FlatLists {
  /** One more than there are rows. */
  readonly offsets: Uint32Array;
  readonly values: NumericColumn;
}

/** A column of a table to be written: numbers, texts, lists of equal length laid end to end, or a list a row. */
export type Column = NumericColumn | readonly string[] | readonly RowList[] | FlatLists;

/** A column as it was read: texts, numbers, or a list a row. */
export type ReadColumn = readonly string[] | ArrayLike<number> | readonly ArrayLike<number>[] | readonly string[][];

/** Metadata of a table: the name of the kind of what it holds. */
export const KIND = "kind";

export type NumberType = "int8" | "int32" | "float32" | "float64";
export type CellType = "text" | NumberType;

/** What each row of a column holds: one cell, a list of them, or a list of so many numbers. */
export type ColumnType = CellType | { readonly list: CellType } | { readonly list: NumberType; readonly size: number };

/** The columns of a table, in order and none of them with gaps, and what its file says besides: `{ columns: { term: "text", count: "float64" } }`. */
export interface TableSchema {
  readonly columns: Readonly<Record<string, ColumnType>>;
  readonly metadata?: ReadonlyMap<string, string>;
}

/** Rows to be written, in the order of the schema's columns. */
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
  /** The names of its columns. */
  readonly columns: readonly { readonly name: string }[];
  /** The named columns, in the file's order of rows. State: one block. */
  blocks(names: readonly string[]): AsyncIterable<TableBlock>;
}

/** An Arrow or Parquet file, read block by block: record batches or row groups. */
export interface TableFile {
  readonly format: "arrow" | "parquet";
  readonly columns: readonly { readonly name: string; readonly type: string }[];
  readonly metadata: ReadonlyMap<string, string>;
  /**
   * The named columns, in the file's order of rows. State: one block.
   * @param isWanted told the first column of each block, whether to go on with the others or to pass the block over
   */
  blocks(names: readonly string[], isWanted?: (first: ReadColumn) => boolean): AsyncIterable<TableBlock>;
}
