import { closeSync, fstatSync, openSync } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import {
  type Data,
  DataType,
  type FixedSizeList,
  type RecordBatch,
  RecordBatchReader,
  type Schema,
  type Utf8,
  type Vector,
} from "apache-arrow";
import type { ReadColumn, TableBlock, TableFile } from "../../schemas/tables.js";
import { readFully } from "../files/readFully.js";
import { arrowBatches } from "./arrowCheck.js";
import { textCells } from "./textCells.js";

const magic = "ARROW1";
const tailBytes = 4 + magic.length;

/** Opens an Arrow IPC file; record batches are read one at a time. */
export async function openArrow(path: string): Promise<TableFile> {
  checkEnds(path);
  await arrowBatches(path).catch((error: unknown) => {
    throw unreadable(path, error);
  });
  const { fields, metadata } = await withReader(path, async (reader) => reader.schema);
  return {
    format: "arrow",
    columns: fields.map((field) => ({ name: field.name, type: String(field.type) })),
    metadata,
    async *blocks(names, isWanted) {
      const handle = await open(path, "r");
      try {
        const reader = await openReader(handle);
        for (let k = 0; k < reader.numRecordBatches; k++) {
          const batch = await reader.readRecordBatch(k); // its iterator never ends where a batch is damaged
          if (!batch) throw new RangeError(`record batch ${k} is damaged`);
          if (!isWanted || isWanted(column(names[0]!, batch))) yield block(batch, names);
        }
      } catch (error) {
        throw unreadable(path, error);
      } finally {
        await handle.close();
      }
    },
  };
}

/** A file cut short lacks its footer; the library would not notice. */
function checkEnds(path: string): void {
  const descriptor = openSync(path, "r");
  try {
    const { size } = fstatSync(descriptor);
    const tail = Buffer.alloc(tailBytes);
    readFully(descriptor, tail, Math.max(0, size - tailBytes));
    const footerBytes = tail.readInt32LE(0);
    if (tail.toString("latin1", 4) !== magic || footerBytes <= 0 || footerBytes + tailBytes + 8 > size)
      throw new SyntaxError(`${path}: must be a whole Arrow file, got one without its footer: it is cut short`);
  } finally {
    closeSync(descriptor);
  }
}

interface Reader {
  readonly schema: Schema;
  readonly numRecordBatches: number;
  readRecordBatch(index: number): Promise<RecordBatch | null>;
}

async function openReader(handle: FileHandle): Promise<Reader> {
  const reader = await RecordBatchReader.from(handle);
  await reader.open();
  return reader as unknown as Reader;
}

async function withReader<Result>(path: string, use: (reader: Reader) => Promise<Result>): Promise<Result> {
  const handle = await open(path, "r");
  try {
    return await use(await openReader(handle));
  } catch (error) {
    throw unreadable(path, error);
  } finally {
    await handle.close();
  }
}

function block(batch: RecordBatch, names: readonly string[]): TableBlock {
  return { rows: batch.numRows, columns: names.map((name) => column(name, batch)) };
}

function column(name: string, batch: RecordBatch): ReadColumn {
  const rows = batch.numRows;
  const vector = batch.getChild(name);
  if (!vector || vector.length < rows || vector.nullCount > 0)
    throw new RangeError(
      `column ${name} must hold ${rows} values and no null, got ${vector?.length ?? 0} and ${vector?.nullCount ?? 0} nulls`,
    );
  const values = isNumeric(vector.type) ? vector.toArray() : cells(vector, rows);
  if (values.length < rows) throw new RangeError(`column ${name} must hold ${rows} values, got ${values.length}`);
  if (values instanceof BigInt64Array || values instanceof BigUint64Array)
    return Array.from(values.subarray(0, rows), Number);
  return values.length > rows ? values.subarray(0, rows) : values; // buffers are padded to 8 bytes
}

function isNumeric(type: DataType): boolean {
  return DataType.isInt(type) || (DataType.isFloat(type) && type.precision > 0);
}

function cells(vector: Vector, rows: number): ReadColumn {
  if (DataType.isFixedSizeList(vector.type) && isNumeric(vector.type.children[0]!.type))
    return equalLists(vector as Vector<FixedSizeList>, rows);
  if (DataType.isUtf8(vector.type)) return texts(vector as Vector<Utf8>, rows);
  const isList = DataType.isList(vector.type) || DataType.isFixedSizeList(vector.type);
  return Array.from({ length: rows }, (_, row) => {
    const cell = vector.get(row);
    return isList ? (cell as Vector).toArray() : String(cell);
  }) as ReadColumn;
}

function texts({ data }: Vector<Utf8>, rows: number): ReadColumn {
  const [{ values, valueOffsets }] = data as [Data<Utf8>]; // a record batch has a column in one piece
  if (valueOffsets.length <= rows)
    throw new RangeError(`texts must have ${rows + 1} offsets, got ${valueOffsets.length}`);
  return textCells(values, valueOffsets, rows);
}

/** Lists of so many numbers each, as parts of the memory in which they lie end to end. */
function equalLists(vector: Vector<FixedSizeList>, rows: number): ReadColumn {
  const { listSize } = vector.type;
  const numbers = vector.getChildAt(0);
  if (!numbers || numbers.length < rows * listSize || numbers.nullCount > 0)
    throw new RangeError(`lists must hold ${rows} x ${listSize} numbers and no null, got ${numbers?.length ?? 0}`);
  const values = numbers.toArray() as Float32Array;
  return Array.from({ length: rows }, (_, row) => values.subarray(row * listSize, (row + 1) * listSize));
}

function unreadable(path: string, cause: unknown): Error {
  return new SyntaxError(`${path}: must be a whole, uncompressed Arrow file, got: ${(cause as Error).message}`, {
    cause,
  });
}
