import { closeSync, openSync } from "node:fs";
import type { DocumentTermRows } from "../../kinds/documentTerms.js";
import type { DocumentTermBatch } from "../../schemas/documentTerms.js";
import { vocabularyHash, vocabularyKey } from "../cooccurrence/vocabularyHash.js";
import { DurableFile } from "../files/durableFile.js";
import { readFully } from "../files/readFully.js";
import { ZipReader, ZipWriter } from "../files/zipFile.js";
import type { MatrixFile } from "./matrixFile.js";
import { type NpyHeader, npyHeader, parseNpyHeader } from "./npy.js";

const copiedBytes = 1 << 20;
const cellsAtOnce = 65_536;
/** No header that is read here is longer. */
const headerBytes = 256;

/** The arrays that grow with the matrix: those of SciPy, and the tokens of each document. */
const parts = [
  { name: "data", type: "<f8" },
  { name: "indices", type: "<i4" },
  { name: "indptr", type: "<i8" },
  { name: "lengths", type: "<u4" },
] as const;

/**
 * Writes a matrix as SciPy's save_npz does: a ZIP archive of the arrays data, indices, indptr, shape and format, here with lengths and the
 * vocabulary's hash besides, which SciPy passes over.
 * State: a buffer an array; until the end each of them is a file beside the archive, since an archive holds one after the other.
 */
export class NpzWriter {
  readonly #file: DurableFile;
  readonly #parts: readonly DurableFile[];
  readonly #lengths = parts.map(() => 0);
  #rows = 0;
  #cells = 0;
  #first: DocumentTermBatch | undefined;

  constructor(path: string) {
    this.#file = new DurableFile(path);
    this.#parts = parts.map(({ name }) => new DurableFile(`${path}.${name}`));
    this.#write(2, BigInt64Array.of(0n));
  }

  get rows(): number {
    return this.#rows;
  }

  write(batch: DocumentTermBatch): void {
    this.#first ??= batch;
    const { offsets, terms, values, lengths, rowDocuments } = batch;
    this.#write(0, values);
    this.#write(1, terms);
    const ends = new BigInt64Array(lengths.length);
    for (let row = 0; row < ends.length; row++) {
      this.#skipTo(rowDocuments[row]!);
      ends[row] = BigInt(this.#cells + offsets[row + 1]!);
      this.#write(2, ends.subarray(row, row + 1));
      this.#write(3, lengths.subarray(row, row + 1));
      this.#rows++;
    }
    this.#cells += terms.length;
  }

  /** The archive has its name once this is done. */
  finish(): void {
    const zip = new ZipWriter(this.#file);
    const array = (name: string, type: string, shape: readonly number[], bytes: Uint8Array) => {
      const header = npyHeader(type, shape);
      zip.add(`${name}.npy`, header.length + bytes.length, [header, bytes]);
    };
    const shapes = [this.#cells, this.#cells, this.#rows + 1, this.#rows];
    for (const [k, { name, type }] of parts.entries()) {
      const header = npyHeader(type, [shapes[k]!]);
      zip.add(`${name}.npy`, header.length + this.#lengths[k]!, this.#copied(header, this.#parts[k]!));
    }
    const columns = this.#first?.vocabulary.terms.length ?? 0;
    array("shape", "<i8", [2], new Uint8Array(BigInt64Array.of(BigInt(this.#rows), BigInt(columns)).buffer));
    array("format", "|S3", [], Buffer.from("csr"));
    if (this.#first) array(vocabularyKey, "|S64", [], Buffer.from(vocabularyHash(this.#first.vocabulary)));
    zip.finish();
    this.#file.commit();
    for (const part of this.#parts) part.discard();
  }

  abandon(): void {
    for (const file of [this.#file, ...this.#parts]) file.discard();
  }

  /** Documents that no row came for are rows without a cell. */
  #skipTo(document: number): void {
    for (; this.#rows < document; this.#rows++) {
      this.#write(2, BigInt64Array.of(BigInt(this.#cells)));
      this.#write(3, Uint32Array.of(0));
    }
  }

  #write(part: number, array: Float64Array | Uint32Array | BigInt64Array): void {
    this.#parts[part]!.write(new Uint8Array(array.buffer, array.byteOffset, array.byteLength));
    this.#lengths[part]! += array.byteLength;
  }

  *#copied(header: Buffer, part: DurableFile): Generator<Uint8Array> {
    yield header;
    part.flush();
    const descriptor = openSync(part.partialPath, "r");
    try {
      const bytes = new Uint8Array(copiedBytes);
      for (let at = 0; ; ) {
        const read = readFully(descriptor, bytes, at);
        if (read === 0) return;
        yield bytes.subarray(0, read);
        at += read;
      }
    } finally {
      closeSync(descriptor);
    }
  }
}

type Numbers = { readonly [type: string]: (bytes: Buffer, at: number) => number };
const numbers: Numbers = {
  "<f8": (bytes, at) => bytes.readDoubleLE(8 * at),
  "<f4": (bytes, at) => bytes.readFloatLE(4 * at),
  "<i4": (bytes, at) => bytes.readInt32LE(4 * at),
  "<u4": (bytes, at) => bytes.readUInt32LE(4 * at),
  "<i8": (bytes, at) => Number(bytes.readBigInt64LE(8 * at)),
};

/** An array in an archive, of which a part is read at a time. */
class NpzArray {
  readonly #zip: ZipReader;
  readonly #start: number;
  readonly #read: (bytes: Buffer, at: number) => number;
  readonly #width: number;
  readonly length: number;

  constructor(zip: ZipReader, name: string) {
    const member = zip.members.get(`${name}.npy`);
    if (!member)
      throw new SyntaxError(
        `${zip.path}: must be a matrix of SciPy with ${name}, got ${[...zip.members.keys()].join(", ") || "nothing"}`,
      );
    const start = zip.open(member);
    const header = headerOf(zip, name, start, member.size);
    const read = numbers[header.type];
    if (!read)
      throw new SyntaxError(
        `${zip.path}: ${name} must hold one of ${Object.keys(numbers).join(", ")}, got ${header.type}`,
      );
    this.#zip = zip;
    this.#read = read;
    this.#width = Number(header.type[2]);
    this.#start = start + header.length;
    this.length = header.shape[0] ?? 1;
    const bytes = this.length * this.#width;
    if (header.length + bytes !== member.size)
      throw new SyntaxError(`${zip.path}: ${name} must have ${bytes} bytes, got ${member.size - header.length}`);
  }

  slice(from: number, to: number): Float64Array {
    const bytes = this.#zip.read(this.#start + from * this.#width, (to - from) * this.#width);
    return Float64Array.from({ length: to - from }, (_, at) => this.#read(bytes, at));
  }
}

function headerOf(zip: ZipReader, name: string, start: number, size: number): NpyHeader {
  return parseNpyHeader(`${zip.path}: ${name}`, zip.read(start, Math.min(headerBytes, size)));
}

/** A member that is one text. */
function textOf(zip: ZipReader, name: string): string | undefined {
  const member = zip.members.get(`${name}.npy`);
  if (!member) return undefined;
  const start = zip.open(member);
  const { length } = headerOf(zip, name, start, member.size);
  return zip.read(start + length, member.size - length).toString("latin1");
}

/**
 * Opens a matrix of SciPy, compressed by rows and not packed. State: where each row ends.
 * @throws SyntaxError if it is cut short, damaged or packed, or no such matrix
 */
export function openNpz(path: string): MatrixFile {
  const zip = new ZipReader(path);
  try {
    const format = textOf(zip, "format");
    if (format !== undefined && format !== "csr")
      throw new SyntaxError(`${path}: a matrix must be compressed by rows (csr), got ${format}; tocsr() makes one`);
    const [indptr, indices, data, shape] = ["indptr", "indices", "data", "shape"].map(
      (name) => new NpzArray(zip, name),
    );
    const lengths = zip.members.has("lengths.npy") ? new NpzArray(zip, "lengths") : undefined;
    const [rows, columns] = shape!.slice(0, 2);
    const starts = indptr!.slice(0, indptr!.length);
    requireStarts(path, starts, rows!, Math.min(indices!.length, data!.length));
    const hash = textOf(zip, vocabularyKey);
    return {
      format: "npz",
      documents: rows!,
      columns: columns!,
      cells: indices!.length,
      metadata: new Map(hash === undefined ? [] : [[vocabularyKey, hash]]),
      rows: () => rowsOf(starts, { indices: indices!, data: data!, lengths }),
      close: () => zip.close(),
    };
  } catch (error) {
    zip.close();
    throw error;
  }
}

function requireStarts(path: string, starts: Float64Array, rows: number, cells: number): void {
  const wrong = starts.findIndex((start, row) => start < (row === 0 ? 0 : starts[row - 1]!) || start > cells);
  if (starts.length !== rows + 1 || starts[0] !== 0 || starts[rows] !== cells || wrong >= 0)
    throw new SyntaxError(
      `${path}: indptr must ascend from 0 to the ${cells} cells of ${rows} rows, got ${wrong >= 0 ? `${starts[wrong]} in row ${wrong}` : `${starts.length} numbers up to ${starts.at(-1)}`}`,
    );
}

interface Arrays {
  readonly indices: NpzArray;
  readonly data: NpzArray;
  readonly lengths: NpzArray | undefined;
}

async function* rowsOf(starts: Float64Array, { indices, data, lengths }: Arrays): AsyncGenerator<DocumentTermRows> {
  const rows = starts.length - 1;
  for (let from = 0; from < rows; ) {
    let to = from + 1;
    while (to < rows && to - from < cellsAtOnce && starts[to + 1]! - starts[from]! <= cellsAtOnce) to++;
    const [first, last] = [starts[from]!, starts[to]!];
    const [terms, values] = [indices.slice(first, last), data.slice(first, last)];
    const lists = (all: Float64Array) =>
      Array.from({ length: to - from }, (_, k) =>
        all.subarray(starts[from + k]! - first, starts[from + k + 1]! - first),
      );
    yield {
      rowDocuments: Float64Array.from({ length: to - from }, (_, k) => from + k),
      ...(lengths ? { lengths: lengths.slice(from, to) } : {}),
      terms: lists(terms),
      values: lists(values),
    };
    from = to;
  }
}
