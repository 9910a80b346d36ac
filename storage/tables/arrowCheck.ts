import { type FileHandle, open } from "node:fs/promises";
import { readFullyAsync } from "../files/readFully.js";

/**
 * Looks whether the lengths and offsets in an Arrow file lie inside it, before apache-arrow follows them: it checks none, and a
 * damaged one can cost it any amount of time and memory.
 *
 * The layout is that of FlatBuffers: a table is a place that refers back to its list of field offsets; texts, lists and other
 * tables are referred to by their distance.
 * @see https://arrow.apache.org/docs/format/Columnar.html#ipc-file-format, https://flatbuffers.dev/internals/
 */
type Shape =
  | { readonly text: true }
  | { readonly structs: number }
  | { readonly tables: Table }
  | { readonly table: Table };

/** The fields that hold texts, lists or tables, by their number; the others hold their value themselves. */
type Table = () => Readonly<Record<number, Shape>>;

const text = { text: true } as const;
const keyValue: Table = () => ({ 0: text, 1: text });
const plain: Table = () => ({});
const dictionary: Table = () => ({ 1: { table: plain } });
const field: Table = () => ({
  0: text,
  3: { table: plain },
  4: { table: dictionary },
  5: { tables: field },
  6: { tables: keyValue },
});
const schema: Table = () => ({ 1: { tables: field }, 2: { tables: keyValue } });
const blockBytes = 24;
const dictionaryList = 2;
const batchList = 3;
const footer: Table = () => ({
  1: { table: schema },
  [dictionaryList]: { structs: blockBytes },
  [batchList]: { structs: blockBytes },
  4: { tables: keyValue },
});
const nodeBytes = 16;
const recordBatch: Table = () => ({ 1: { structs: nodeBytes }, 2: { structs: nodeBytes } });
const message: Table = () => ({ 2: { table: recordBatch }, 4: { tables: keyValue } });

const maxDepth = 64;
const magicBytes = 6;

/** Where the parts of a record batch lie in the file. */
export interface ArrowBatch {
  readonly rows: number;
  /** In the order of the format: of each column its validity, the offsets of its texts or lists, and its values; of lists, that of their items. */
  readonly buffers: readonly { readonly at: number; readonly length: number }[];
  readonly isCompressed: boolean;
}

/**
 * The record batches of a file, after a look at all of them.
 * @throws RangeError with what is wrong
 */
export async function arrowBatches(path: string): Promise<ArrowBatch[]> {
  const handle = await open(path, "r");
  try {
    const { size } = await handle.stat();
    const tail = await readAt(handle, size - magicBytes - 4, 4);
    const end = size - magicBytes - 4;
    const start = end - tail.getInt32(0, true);
    const bytes = new Buffers(await readAt(handle, start, end - start));
    const root = bytes.root(footer);
    const batches: ArrowBatch[] = [];
    for (const block of bytes.structs(root, batchList, blockBytes))
      batches.push(await checkedBatch(handle, checkedBlock(block, start)));
    for (const block of bytes.structs(root, dictionaryList, blockBytes)) checkedBlock(block, start);
    return batches;
  } finally {
    await handle.close();
  }
}

/** Where a record batch lies: its head, and behind it its body. */
interface Block {
  readonly offset: number;
  readonly head: number;
  readonly body: number;
}

function checkedBlock(block: DataView, end: number): Block {
  const offset = Number(block.getBigInt64(0, true));
  const head = block.getInt32(8, true);
  const body = Number(block.getBigInt64(16, true));
  require(offset >= 8 &&
    head >= 8 &&
    body >= 0 &&
    offset + head + body <= end, "a record batch must lie inside the file");
  return { offset, head, body };
}

/** One record batch: a message that says its rows and where its buffers lie, and the buffers. */
async function checkedBatch(handle: FileHandle, { offset, head, body }: Block): Promise<ArrowBatch> {
  const prefix = await readAt(handle, offset, 8);
  const skipped = prefix.getInt32(0, true) === -1 ? 8 : 4; // what marks the length is left out by old writers
  const bytes = new Buffers(await readAt(handle, offset + skipped, head - skipped));
  const root = bytes.root(message);
  const batch = bytes.child(root, 2);
  require(batch !== undefined, "a record batch must have a head");
  const rows = bytes.long(batch!, 0);
  require(rows >= 0 && rows <= 8 * body, `a record batch of ${body} bytes must have fewer rows, got ${rows}`);
  for (const node of bytes.structs(batch!, 1, nodeBytes)) {
    const [length, nulls] = [Number(node.getBigInt64(0, true)), Number(node.getBigInt64(8, true))];
    require(length >= 0 &&
      length <= 8 * body &&
      nulls >= 0 &&
      nulls <= length, "a column must lie inside its record batch");
  }
  const buffers: { at: number; length: number }[] = [];
  for (const buffer of bytes.structs(batch!, 2, nodeBytes)) {
    const [at, length] = [Number(buffer.getBigInt64(0, true)), Number(buffer.getBigInt64(8, true))];
    require(at >= 0 && length >= 0 && at + length <= body, "a buffer must lie inside its record batch");
    buffers.push({ at: offset + head + at, length });
  }
  return { rows, buffers, isCompressed: bytes.child(batch!, 3) !== undefined };
}

function require(holds: boolean, what: string): void {
  if (!holds) throw new RangeError(what);
}

async function readAt(handle: FileHandle, position: number, length: number): Promise<DataView> {
  require(position >= 0 && length >= 0, "its parts must lie inside the file");
  const bytes = Buffer.alloc(length);
  require((await readFullyAsync(handle, bytes, position)) === length, "its parts must lie inside the file");
  return new DataView(bytes.buffer, bytes.byteOffset, length);
}

/** A FlatBuffer; a place outside it throws a RangeError of the DataView. */
class Buffers {
  readonly #view: DataView;
  #budget: number;

  constructor(view: DataView) {
    this.#view = view;
    this.#budget = view.byteLength; // each thing takes some bytes, unless damage lets many share them
  }

  /** The place of the outermost table, all of which has been looked through. */
  root(shape: Table): number {
    const place = this.#follow(0);
    this.#checkTable(place, shape, 0);
    return place;
  }

  child(table: number, number: number): number | undefined {
    const place = this.#fieldOf(table, number);
    return place === undefined ? undefined : this.#follow(place);
  }

  long(table: number, number: number): number {
    const place = this.#fieldOf(table, number);
    return place === undefined ? 0 : Number(this.#view.getBigInt64(place, true));
  }

  /** The elements of a list of structs. */
  *structs(table: number, number: number, size: number): Generator<DataView> {
    const list = this.child(table, number);
    if (list === undefined) return;
    for (let k = 0; k < this.#view.getUint32(list, true); k++) {
      yield new DataView(this.#view.buffer, this.#view.byteOffset + list + 4 + k * size, size);
    }
  }

  #follow(place: number): number {
    return place + this.#view.getUint32(place, true);
  }

  #fieldOf(table: number, number: number): number | undefined {
    const offsets = table - this.#view.getInt32(table, true);
    const length = this.#view.getUint16(offsets, true);
    const entry = 4 + 2 * number;
    const distance = entry + 2 <= length ? this.#view.getUint16(offsets + entry, true) : 0;
    return distance === 0 ? undefined : table + distance;
  }

  #checkTable(table: number, shape: Table, depth: number): void {
    require(depth <= maxDepth && --this.#budget >= 0, "its metadata must not refer to themselves");
    for (const [number, what] of Object.entries(shape())) {
      const place = this.#fieldOf(table, Number(number));
      if (place !== undefined) this.#check(this.#follow(place), what, depth);
    }
  }

  #check(place: number, shape: Shape, depth: number): void {
    if ("table" in shape) {
      this.#checkTable(place, shape.table, depth + 1);
      return;
    }
    const length = this.#view.getUint32(place, true);
    const size = "text" in shape ? 1 : "structs" in shape ? shape.structs : 4;
    require(place + 4 + length * size <= this.#view.byteLength, "a list must lie inside the metadata");
    if (!("tables" in shape)) return;
    for (let k = 0; k < length; k++) this.#checkTable(this.#follow(place + 4 + 4 * k), shape.tables, depth + 1);
  }
}
