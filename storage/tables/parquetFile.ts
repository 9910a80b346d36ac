import { type FileHandle, open } from "node:fs/promises";
import {
  type AsyncBuffer,
  type FileMetaData,
  type MetadataOptions,
  type ParquetScan,
  parquetMetadataAsync,
  parquetScan,
  parquetSchema,
  type SchemaTree,
} from "hyparquet";
import { compressors } from "hyparquet-compressors";
import type { ReadColumn, TableBlock, TableFile } from "../../schemas/tables.js";
import { boundedCompressors, ImpossibleRows, rowsFault } from "../files/parquetBounds.js";
import { readFullyAsync } from "../files/readFully.js";

export interface ParquetFile {
  readonly metadata: FileMetaData;
  /** Its top-level columns. */
  columns(): SchemaTree["children"];
  scan(columns: readonly string[]): Promise<ParquetScan>;
}

/** Reads the footer of a Parquet file. @throws ImpossibleRows for one that cannot be true, and whatever hyparquet stumbles over */
export async function openParquet(
  handle: FileHandle,
  { maxExpansion, ...options }: MetadataOptions & { readonly maxExpansion?: number },
): Promise<ParquetFile> {
  const file = await bufferOver(handle);
  const metadata = await parquetMetadataAsync(file, options);
  const fault = rowsFault(metadata.row_groups, file.byteLength);
  if (fault) throw new ImpossibleRows(fault);
  const bounded = boundedCompressors(compressors, maxExpansion);
  return {
    metadata,
    columns: () => parquetSchema(metadata).children,
    scan: (columns) => parquetScan({ ...options, file, metadata, columns: [...columns], compressors: bounded }),
  };
}

async function bufferOver(handle: FileHandle): Promise<AsyncBuffer> {
  const { size } = await handle.stat();
  return {
    byteLength: size,
    async slice(start, end = size) {
      if (start < 0 || end > size || end < start) throw new Error(`a part at ${start}..${end} of ${size} bytes`);
      const bytes = new Uint8Array(end - start);
      const read = await readFullyAsync(handle, bytes, start);
      if (read < bytes.length) throw new Error(`no bytes at ${start + read}`);
      return bytes.buffer;
    },
  };
}

/** Opens the file at a path. @throws SyntaxError if it is no whole Parquet file */
async function openAt(path: string): Promise<ParquetFile & { close(): Promise<void> }> {
  const handle = await open(path);
  try {
    return { ...(await openParquet(handle, { geoparquet: false })), close: () => handle.close() };
  } catch (cause) {
    await handle.close();
    throw new SyntaxError(
      `${path}: must be a whole Parquet file, got one whose footer says: ${(cause as Error).message}`,
      { cause },
    );
  }
}

/**
 * The rows that the footer promises, if every column holds as many values as the lists and rows above it need; lists of the columns
 * `varying` have at least one each, that of an empty list being none.
 */
export async function countParquetRows(path: string, varying: readonly string[] = []): Promise<number> {
  const { metadata, close } = await openAt(path);
  await close();
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
  const file = await openAt(path);
  await file.close();
  return {
    format: "parquet",
    ...described(path, file),
    blocks: (names, isWanted) => readGroups(path, names, isWanted),
  };
}

function described(path: string, { columns, metadata }: ParquetFile): Pick<TableFile, "columns" | "metadata"> {
  try {
    return {
      columns: columns().map((child) => ({ name: child.element.name, type: typeName(child) })),
      metadata: new Map(metadata.key_value_metadata?.map(({ key, value }) => [key, value ?? ""])),
    };
  } catch (cause) {
    throw damaged(path, cause);
  }
}

function damaged(path: string, cause: unknown): Error {
  return new SyntaxError(`${path}: must be a whole Parquet file, got: ${(cause as Error).message}`, { cause });
}

async function* readGroups(
  path: string,
  names: readonly string[],
  isWanted?: (first: ReadColumn) => boolean,
): AsyncGenerator<TableBlock> {
  const file = await openAt(path);
  try {
    const scan = await file.scan(names);
    for (const range of scan.ranges) {
      const rows = range.rowEnd - range.rowStart;
      const column = async (name: string) => plainColumn(name, await scan.readColumn({ column: name, ...range }), rows);
      if (isWanted && !isWanted(await column(names[0]!))) continue;
      const columns: ReadColumn[] = [];
      for (const name of names) columns.push(await column(name));
      yield { rows, columns };
    }
  } catch (cause) {
    throw damaged(path, cause);
  } finally {
    await file.close();
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
