import type { FileHandle } from "node:fs/promises";
import type { FileMetaData, SchemaTree } from "hyparquet";
import { ImpossibleRows } from "../../storage/files/parquetBounds.js";
import { foundIn } from "./columnOf.js";
import type { AskedColumn } from "./documentEntry.js";
import type { InputReport } from "./inputReport.js";

const BYTES_AT_ONCE = 4 << 20; // unpacked text decoded at a time, where an index of the pages lets us choose

// Text stays bytes, which saves decoding and encoding it, and lets invalid UTF-8 be counted.
const asBytes = { stringFromBytes: (bytes: Uint8Array) => bytes, jsonFromBytes: (bytes: Uint8Array) => bytes };

/** A stretch of rows, column by column. A text is undefined where its row has none. */
export interface Stretch {
  readonly texts: readonly (Uint8Array | undefined)[];
  readonly others: readonly (readonly unknown[])[];
}

/**
 * The values of the text column and of others, a stretch of rows at a time: a row group, or a few of its pages where the file has an
 * index.
 */
export async function* readColumns(
  file: FileHandle,
  field: string,
  asked: readonly AskedColumn[],
  report: InputReport,
  maxExpansion: number,
): AsyncGenerator<Stretch> {
  const { openParquet } = await import("../../storage/tables/parquetFile.js"); // with the library that reads Parquet
  const parquet = await saying(report, () => openParquet(file, { parsers: asBytes, maxExpansion }));
  const children = await saying(report, async () => parquet.columns());
  const paths = [
    textColumn(children, field, report),
    ...asked.map(({ name, option }) => pathOf(children, name, option, report).path),
  ];
  const columns = [...new Set(paths.map(([column]) => column!))];
  const scan = await saying(report, () => parquet.scan(columns));
  for (const [rowStart, rowEnd] of stretches(parquet.metadata, columns)) {
    const read = new Map<string, ArrayLike<unknown>>();
    for (const column of columns) {
      const cells = await saying(report, () => scan.readColumn({ column, rowStart, rowEnd }));
      if (cells.length !== rowEnd - rowStart)
        throw report.fault("", `must hold the ${rowEnd} rows that it states, got ${rowStart + cells.length}`);
      read.set(column, cells);
    }
    const [texts, ...others] = paths.map(([column, ...inside]) =>
      Array.from(read.get(column!)!, (cell) => inside.reduce<unknown>(memberOf, cell) ?? undefined),
    );
    if (!texts!.every((text) => text === undefined || text instanceof Uint8Array))
      throw report.fault(
        "",
        `the column ${field} must hold texts, got something else in a row from ${rowStart + 1} on`,
      );
    yield { texts: texts as Stretch["texts"], others };
  }
}

/** Where a value lies: a top-level column, then the members of its struct. */
function pathOf(
  children: SchemaTree["children"],
  name: string,
  option: string,
  report: InputReport,
): { readonly path: string[]; readonly found: SchemaTree } {
  const whole = children.find(({ element }) => element.name === name);
  const path = whole ? [name] : name.split(".");
  const levels = { children } as SchemaTree;
  const found = path.reduce<SchemaTree | undefined>(
    (level, name) => level?.children.find(({ element }) => element.name === name),
    levels,
  );
  if (!found) {
    const columns = leaves(children).join(", ");
    throw report.fault(
      "",
      `${option} must be one of its columns, got ${foundIn(option, name)}; the columns are ${columns}`,
    );
  }
  return { path, found };
}

function textColumn(children: SchemaTree["children"], field: string, report: InputReport): string[] {
  const { path, found } = pathOf(children, field, "field", report);
  const { type, repetition_type, logical_type, converted_type } = found.element;
  const kind = found.children.length > 0 || repetition_type === "REPEATED" ? "a nested column" : type;
  if (kind !== "BYTE_ARRAY" || converted_type === "DECIMAL" || logical_type?.type === "DECIMAL")
    throw report.fault("", `the column ${field} must hold text, got ${kind === "BYTE_ARRAY" ? "DECIMAL" : kind}`);
  return path;
}

function leaves(children: readonly SchemaTree[]): string[] {
  return children.flatMap((child) => (child.children.length > 0 ? leaves(child.children) : [child.path.join(".")]));
}

/** Rows to read at once. */
function* stretches(metadata: FileMetaData, read: readonly string[]): Generator<[start: number, end: number]> {
  let groupStart = 0;
  for (const { num_rows, columns } of metadata.row_groups) {
    const rows = Number(num_rows);
    const chunks = columns.filter(({ meta_data }) => read.includes(meta_data?.path_in_schema[0] ?? ""));
    const bytes = chunks.reduce((sum, { meta_data }) => sum + Number(meta_data?.total_uncompressed_size ?? 0), 0);
    const isIndexed = chunks.every(({ offset_index_offset }) => offset_index_offset !== undefined);
    const step = isIndexed ? Math.max(1, Math.ceil((rows * BYTES_AT_ONCE) / Math.max(bytes, BYTES_AT_ONCE))) : rows;
    for (let from = 0; from < rows; from += step) {
      yield [groupStart + from, groupStart + Math.min(from + step, rows)];
    }
    groupStart += rows;
  }
}

function memberOf(value: unknown, key: string): unknown {
  return (value as Record<string, unknown> | null | undefined)?.[key];
}

/** hyparquet's errors, said our way: whatever it stumbles over is a fault of the file. */
async function saying<T>(report: InputReport, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof ImpossibleRows) throw report.fault("", error.message, RangeError);
    throw report.fault("", `must be a whole Parquet file, got ${(error as Error).message}`);
  }
}
