import { closeSync, fstatSync, openSync } from "node:fs";
import {
  type AsyncBuffer,
  type FileMetaData,
  parquetMetadataAsync,
  parquetScan,
  parquetSchema,
  type SchemaTree,
} from "hyparquet";
import { compressors } from "hyparquet-compressors";
import type { ReadColumn, TableBlock, TableFile } from "../../schemas/tables.js";
import { boundedCompressors, rowsFault } from "../files/parquetBounds.js";
import { readFully } from "../files/readFully.js";

const bounded = boundedCompressors(compressors);

export interface ParquetFile extends AsyncBuffer {
  readonly metadata: FileMetaData;
  close(): void;
}

/** Opens a Parquet file and reads its footer. */
export async function openParquet(path: string): Promise<ParquetFile> {
  const descriptor = openSync(path, "r");
  try {
    const file = bufferOver(descriptor);
    const metadata = await parquetMetadataAsync(file, { geoparquet: false });
    const fault = rowsFault(metadata.row_groups, file.byteLength);
    if (fault) throw new RangeError(fault);
    return { ...file, metadata, close: () => closeSync(descriptor) };
  } catch (cause) {
    closeSync(descriptor);
    throw new SyntaxError(
      `${path}: must be a whole Parquet file, got one whose footer says: ${(cause as Error).message}`,
      { cause },
    );
  }
}

function bufferOver(descriptor: number): AsyncBuffer {
  const byteLength = fstatSync(descriptor).size;
  return {
    byteLength,
    slice(start, end = byteLength) {
      const bytes = new Uint8Array(Math.max(0, Math.min(end, byteLength) - start));
      if (readFully(descriptor, bytes, start) < bytes.length)
        throw new RangeError("the file became shorter while it was read");
      return bytes.buffer;
    },
  };
}

/**
 * The rows that the footer promises, if every column holds as many values as the lists and rows above it need; lists of the columns
 * `varying` have at least one each, that of an empty list being none.
 */
export async function countParquetRows(path: string, varying: readonly string[] = []): Promise<number> {
  const file = await openParquet(path);
  file.close();
  const { metadata } = file;
  let rows = 0;
  for (const group of metadata.row_groups) {
    const groupRows = Number(group.num_rows);
    for (const { meta_data: column } of group.columns) {
      const values = Number(column?.num_values);
      const isWhole = varying.includes(column?.path_in_schema[0] ?? "")
        ? values >= groupRows
        : values % groupRows === 0;
      if (!isWhole)
        throw new RangeError(
          `${path}: column ${column?.path_in_schema.join(".")} must hold a value for each of ${groupRows} rows, got ${column?.num_values}`,
        );
    }
    rows += groupRows;
  }
  return rows === Number(metadata.num_rows) ? rows : Number.NaN;
}

/** Opens a Parquet file; row groups are read one at a time. */
export async function openParquetTable(path: string): Promise<TableFile> {
  const file = await openParquet(path);
  file.close();
  const { metadata } = file;
  return {
    format: "parquet",
    ...described(path, metadata),
    blocks: (names) => readGroups(path, names),
  };
}

function described(path: string, metadata: FileMetaData): Pick<TableFile, "columns" | "metadata"> {
  try {
    const { children } = parquetSchema(metadata);
    return {
      columns: children.map((child) => ({ name: child.element.name, type: typeName(child) })),
      metadata: new Map(metadata.key_value_metadata?.map(({ key, value }) => [key, value ?? ""])),
    };
  } catch (cause) {
    throw damaged(path, cause);
  }
}

function damaged(path: string, cause: unknown): Error {
  return new SyntaxError(`${path}: must be a whole Parquet file, got: ${(cause as Error).message}`, { cause });
}

async function* readGroups(path: string, names: readonly string[]): AsyncGenerator<TableBlock> {
  const file = await openParquet(path);
  try {
    const scan = await parquetScan({ file, metadata: file.metadata, columns: [...names], compressors: bounded });
    for (const range of scan.ranges) {
      const rows = range.rowEnd - range.rowStart;
      const columns: ReadColumn[] = [];
      for (const name of names)
        columns.push(plainColumn(name, await scan.readColumn({ column: name, ...range }), rows));
      yield { rows, columns };
    }
  } catch (cause) {
    throw damaged(path, cause);
  } finally {
    file.close();
  }
}

function plainColumn(name: string, values: ArrayLike<unknown>, rows: number): ReadColumn {
  if (values.length !== rows) throw new RangeError(`column ${name} must hold ${rows} values, got ${values.length}`);
  if (values instanceof BigInt64Array || values instanceof BigUint64Array || typeof values[0] === "bigint")
    return Array.from(values as ArrayLike<bigint>, Number);
  for (let i = 0; Array.isArray(values) && i < rows; i++)
    if (values[i] === null || values[i] === undefined)
      throw new RangeError(`column ${name} must hold no null, got one in row ${i}`);
  return values as ReadColumn;
}

function typeName({ element, children }: SchemaTree): string {
  const leaf = children[0]?.children[0]?.element ?? children[0]?.element;
  return leaf
    ? `${element.converted_type ?? "group"}<${leaf.type}>`
    : (element.converted_type ?? element.type ?? "unknown");
}
