import {
  AsyncByteQueue,
  type Data,
  DataType,
  Field,
  FixedSizeList,
  Float32,
  Float64,
  Int8,
  Int32,
  List,
  makeData,
  RecordBatch,
  RecordBatchFileWriter,
  Schema,
  Struct,
  Utf8,
} from "apache-arrow";
import type { Column, ColumnType, FlatLists, NumericColumn, TableSchema } from "../../schemas/tables.js";
import type { ByteSink, OpenEncoder } from "./tableWriter.js";

const cellTypes = { text: Utf8, int8: Int8, int32: Int32, float32: Float32, float64: Float64 } as const;

/**
 * Arrow IPC file, uncompressed (apache-arrow 21.2 writes compressed buffers that nobody else can read).
 * No dictionaries: their ids come from a counter of the process, so equal tables would differ.
 */
export const openArrowEncoder: OpenEncoder = (file, table) => {
  const schema = arrowSchema(table);
  const writer = new RecordBatchFileWriter();
  writer.reset(new FileSink(file), schema);
  return {
    writeBlock: (columns, rows) => {
      writer.write(recordBatch(schema, columns, rows));
    },
    finish: () => {
      writer.finish();
    },
  };
};

function arrowSchema({ columns, metadata }: TableSchema): Schema {
  const fields = Object.entries(columns).map(([name, type]) => new Field(name, arrowType(type), false));
  return new Schema(fields, new Map(metadata));
}

function arrowType(type: ColumnType): DataType {
  if (typeof type !== "object") return new cellTypes[type]();
  const item = new Field<DataType>("item", new cellTypes[type.list](), false);
  return "size" in type ? new FixedSizeList(type.size, item) : new List(item);
}

/** The writer's own queue would hold the whole file: this one holds nothing. */
class FileSink extends AsyncByteQueue {
  constructor(readonly file: ByteSink) {
    super();
  }

  override write(chunk: ArrayBufferView): void {
    this.file.write(new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength));
  }
}

function recordBatch(schema: Schema, columns: readonly Column[], rows: number): RecordBatch {
  const children = schema.fields.map((field, k) => columnData(field.type, columns[k]!, rows));
  return new RecordBatch(schema, makeData({ type: new Struct(schema.fields), length: rows, nullCount: 0, children }));
}

function columnData(type: DataType, column: Column, rows: number): Data {
  if (DataType.isUtf8(type)) return textData(column as readonly string[]);
  if (DataType.isList(type)) return listData(type, column as readonly (readonly string[])[] | FlatLists);
  if (!DataType.isFixedSizeList(type)) return numberData(type, column as NumericColumn);
  const child = numberData(type.children[0]!.type, column as NumericColumn);
  return makeData({ type, length: rows, nullCount: 0, child });
}

function listData(type: List, lists: readonly (readonly string[])[] | FlatLists): Data {
  const { offsets, values } = "offsets" in lists ? lists : joined(lists);
  const child = columnData(type.children[0]!.type, values, offsets.at(-1)!);
  const valueOffsets = new Int32Array(offsets.buffer, offsets.byteOffset, offsets.length);
  return makeData({ type, length: offsets.length - 1, nullCount: 0, valueOffsets, child });
}

function joined(lists: readonly (readonly string[])[]): { offsets: Uint32Array; values: readonly string[] } {
  const offsets = new Uint32Array(lists.length + 1);
  for (const [row, list] of lists.entries()) offsets[row + 1] = offsets[row]! + list.length;
  return { offsets, values: lists.flat() };
}

function numberData(type: DataType, data: NumericColumn): Data {
  return makeData({ type: type as never, length: data.length, nullCount: 0, data: data as never });
}

function textData(texts: readonly string[]): Data {
  const valueOffsets = new Int32Array(texts.length + 1);
  const bytes = Buffer.from(texts.join(""), "utf8");
  for (let i = 0; i < texts.length; i++) valueOffsets[i + 1] = valueOffsets[i]! + Buffer.byteLength(texts[i]!);
  return makeData({ type: new Utf8(), length: texts.length, nullCount: 0, valueOffsets, data: bytes });
}
