import { crc32 } from "node:zlib";
import { isPlainObject, show } from "../../schemas/options.js";
import { plural } from "../../schemas/plural.js";
import type {
  CellType,
  Column,
  ColumnType,
  FlatLists,
  NumberType,
  NumericColumn,
  RowList,
  TableSchema,
} from "../../schemas/tables.js";
import { DurableFile } from "../files/durableFile.js";
import { checksumKey, checksumText, noChecksum, statedChecksum } from "./tableChecksum.js";

/** How a file format lays down blocks of rows. Another format is another one of these. */
export interface TableFormat {
  readonly name: string;
  /** Rows that are laid down together; fewer where lists make them wide. */
  readonly blockRows: number;
  /** Numbers in the widest column of a block, at most. Bounds memory, on writing and on reading. */
  readonly blockValues: number;
  /** Loads the library that writes it, which most starts of the program have no use for. */
  load(): Promise<OpenEncoder>;
  /** Reads a finished file back as far as it takes to be sure of its row count. */
  countRows?(path: string, schema: TableSchema): Promise<number>;
}

export type OpenEncoder = (file: ByteSink, schema: TableSchema, blockRows: number) => TableEncoder;

/** Takes the bytes at once; the caller may change them afterwards. */
export interface ByteSink {
  write(bytes: Uint8Array): void;
}

export interface TableEncoder {
  /** Every block but the last is full. The columns must not be kept. Lists of numbers that differ in length are FlatLists. */
  writeBlock(columns: readonly Column[], rows: number): void | Promise<void>;
  finish(): void | Promise<void>;
}

/**
 * Writes a table in blocks of a fixed number of rows, however the rows come, so that equal tables are equal files.
 *
 * State: one block, at most 4,194,304 numbers of the widest column; of lists of numbers that differ in length, 1,024 rows. The file has its name only after `close`. Its metadata hold a
 * checksum of the whole file.
 * @throws RangeError if fewer rows can be read back than were written
 */
export class TableWriter {
  readonly #file: DurableFile;
  readonly #encoder: TableEncoder;
  readonly #widths: readonly number[];
  readonly #blockRows: number;
  readonly #block: (NumericColumn | (string | RowList)[] | ListBlock)[];
  #filled = 0;
  #rows = 0;
  #sum = 0;

  static async open(path: string, schema: TableSchema, format: TableFormat): Promise<TableWriter> {
    return new TableWriter(path, schema, format, await format.load());
  }

  private constructor(
    path: string,
    readonly schema: TableSchema,
    readonly format: TableFormat,
    openEncoder: OpenEncoder,
  ) {
    const types = typesOf(schema);
    this.#widths = types.map(listSize);
    this.#blockRows = Math.max(
      1,
      Math.min(format.blockRows, Math.floor(format.blockValues / Math.max(...this.#widths))),
    );
    this.#block = types.map((type, k) => emptyColumn(type, this.#blockRows * this.#widths[k]!, this.#blockRows));
    this.#file = new DurableFile(path);
    const counted: ByteSink = {
      write: (bytes) => {
        this.#sum = crc32(bytes, this.#sum);
        this.#file.write(bytes);
      },
    };
    const metadata = new Map(schema.metadata).set(checksumKey, noChecksum);
    this.#encoder = openEncoder(counted, { ...schema, metadata }, this.#blockRows);
  }

  get rows(): number {
    return this.#rows;
  }

  async write(columns: readonly Column[], rows: number): Promise<void> {
    for (let start = 0; start < rows; ) {
      const count = Math.min(rows - start, this.#blockRows - this.#filled);
      this.#fill(columns, start, count);
      start += count;
      if (this.#filled === this.#blockRows) await this.#flush();
    }
    this.#rows += rows;
  }

  async close(): Promise<void> {
    if (this.#filled > 0) await this.#flush();
    await this.#encoder.finish();
    this.#file.flush();
    const { place } = statedChecksum(this.#file.partialPath)!;
    this.#file.patch(place, Buffer.from(checksumText(this.#sum)));
    this.#file.sync();
    const found = await this.format.countRows?.(this.#file.partialPath, this.schema);
    if (found !== undefined && found !== this.#rows)
      throw new RangeError(
        `${this.#file.path}: must hold the ${this.#rows} rows written, got ${plural(found, "row")} read back`,
      );
    this.#file.commit();
  }

  abandon(): void {
    this.#file.discard();
  }

  #fill(columns: readonly Column[], start: number, count: number): void {
    for (const [k, block] of this.#block.entries()) {
      const column = columns[k]!;
      const width = this.#widths[k]!;
      if (block instanceof ListBlock) block.add(column as readonly NumericColumn[] | FlatLists, start, start + count);
      else if (Array.isArray(block)) {
        const cells = column as readonly string[] | readonly RowList[];
        for (let i = start; i < start + count; i++) block.push(owned(cells[i]!));
      } else {
        const values = (column as NumericColumn).subarray(start * width, (start + count) * width);
        block.set(values, this.#filled * width);
      }
    }
    this.#filled += count;
  }

  async #flush(): Promise<void> {
    const columns = this.#block.map((block, k): Column => {
      if (block instanceof ListBlock) return block.lists;
      return Array.isArray(block)
        ? (block as readonly string[] | readonly RowList[])
        : block.subarray(0, this.#filled * this.#widths[k]!);
    });
    await this.#encoder.writeBlock(columns, this.#filled);
    for (const block of this.#block) {
      if (block instanceof ListBlock) block.clear();
      else if (Array.isArray(block)) block.length = 0;
    }
    this.#filled = 0;
  }
}

/** The lists of numbers of a block, laid end to end. State: the largest block so far, up to twice. */
class ListBlock {
  readonly #offsets: Uint32Array;
  #values: NumericColumn;
  #rows = 0;

  constructor(type: NumberType, rows: number) {
    this.#offsets = new Uint32Array(rows + 1);
    this.#values = new arrays[type](1024);
  }

  get lists(): FlatLists {
    const offsets = this.#offsets.subarray(0, this.#rows + 1);
    return { offsets, values: this.#values.subarray(0, offsets[this.#rows]) };
  }

  add(column: readonly NumericColumn[] | FlatLists, from: number, to: number): void {
    if ("offsets" in column) this.#addFlat(column, from, to);
    else for (let row = from; row < to; row++) this.#addValues(column[row]!, this.#rows++);
  }

  clear(): void {
    this.#rows = 0;
  }

  #addFlat({ offsets, values }: FlatLists, from: number, to: number): void {
    const shift = this.#offsets[this.#rows]! - offsets[from]!;
    const first = this.#rows;
    this.#addValues(values.subarray(offsets[from], offsets[to]), first);
    for (let row = from; row < to; row++) this.#offsets[++this.#rows] = offsets[row + 1]! + shift;
  }

  /** Puts values behind those of the rows before one, and tells where they end. */
  #addValues(values: NumericColumn, row: number): void {
    const start = this.#offsets[row]!;
    const end = start + values.length;
    if (end > this.#values.length) {
      const grown = new (this.#values.constructor as Float64ArrayConstructor)(2 * end) as NumericColumn;
      grown.set(this.#values.subarray(0, start));
      this.#values = grown;
    }
    this.#values.set(values, start);
    this.#offsets[row + 1] = end;
  }
}

/** Writes a whole table, and tells its rows; it is durable once this is done, and nothing is left behind where it fails. */
export async function writeTable(
  path: string,
  schema: TableSchema,
  format: TableFormat,
  write: (writer: TableWriter) => Promise<void>,
): Promise<number> {
  const writer = await TableWriter.open(path, schema, format);
  try {
    await write(writer);
    await writer.close();
    return writer.rows;
  } catch (error) {
    writer.abandon();
    throw error;
  }
}

/** Numbers in a row of a column: the length of its lists, about that where they differ, or 1. */
export function listSize(type: ColumnType): number {
  if (typeof type !== "object") return 1;
  if ("size" in type) return type.size;
  return type.list === "text" ? fewTexts : manyNumbers;
}

/** Lists that may have another length in each row. */
export const hasAnyLength = (type: ColumnType): boolean => typeof type === "object" && !("size" in type);

/** What a column holds, in lists or alone. */
export const cellOf = (type: ColumnType): CellType => (typeof type === "object" ? type.list : type);

/** What lists hold that differ in length: labels, or the terms of a document. */
const fewTexts = 16;
const manyNumbers = 4096;

/** What was given may be changed before the block is laid down. */
function owned(cell: string | RowList): string | RowList {
  return typeof cell === "object" ? (cell.slice() as RowList) : cell;
}

const arrays = { int8: Int8Array, int32: Int32Array, float32: Float32Array, float64: Float64Array } as const;

/** A module from outside may have stated anything. */
function typesOf({ columns }: TableSchema): ColumnType[] {
  if (!isPlainObject(columns))
    throw new TypeError(
      `tables: a table must state its columns, as { columns: { term: "text" } }, got ${show(columns)}`,
    );
  const known = ["text", ...Object.keys(arrays)];
  const unknown = Object.values(columns)
    .map(cellOf)
    .find((cell) => !known.includes(cell));
  if (unknown !== undefined)
    throw new TypeError(`tables: a column must hold one of ${known.join(", ")}, got ${show(unknown)}`);
  return Object.values(columns);
}

function emptyColumn(type: ColumnType, length: number, rows: number): NumericColumn | string[] | RowList[] | ListBlock {
  const cell = cellOf(type);
  if (cell === "text") return [];
  return hasAnyLength(type) ? new ListBlock(cell, rows) : new arrays[cell](length);
}
