/*
 * Tensors in a file as the safetensors library lays them out: the length of a header (u64, little endian), the header as JSON, then the
 * numbers. The header tells of each tensor its type, shape, and first and last byte behind the header; under `__metadata__` it has texts.
 * @see https://github.com/huggingface/safetensors#format
 */
import { closeSync, fstatSync, openSync } from "node:fs";
import type { NamedTensor } from "../../schemas/languageModel.js";
import { show } from "../../schemas/options.js";
import type { DurableFile } from "../files/durableFile.js";
import { readFully } from "../files/readFully.js";

const METADATA = "__metadata__";
const LENGTH_BYTES = 8;
const ALIGNED = 8;
/** As the library's own bound. */
const MAX_HEADER = 100_000_000;
const AT_ONCE = 1 << 18;

/** Bytes of a number, and what it is in single precision. Half floats are widened, which is exact. */
const types = {
  F64: { bytes: 8, read: (view: DataView, at: number) => view.getFloat64(at, true) },
  F32: { bytes: 4, read: (view: DataView, at: number) => view.getFloat32(at, true) },
  F16: { bytes: 2, read: (view: DataView, at: number) => halfFloat(view.getUint16(at, true)) },
  BF16: { bytes: 2, read: (view: DataView, at: number) => shortFloat(view.getUint16(at, true)) },
} as const;
type NumberType = keyof typeof types;

interface TensorPlace {
  readonly type: string;
  readonly shape: readonly number[];
  readonly start: number;
  readonly end: number;
}

/**
 * An open file of tensors, each read when it is asked for. State: the header, and the tensor that is read.
 */
export class SafetensorsFile {
  readonly metadata: ReadonlyMap<string, string>;
  readonly #path: string;
  readonly #descriptor: number;
  readonly #places: ReadonlyMap<string, TensorPlace>;
  readonly #begin: number;

  /** @throws SyntaxError if the file is cut short, or its header is none: too long, not JSON, or of tensors that overlap or leave gaps */
  constructor(path: string) {
    this.#path = path;
    this.#descriptor = openTensors(path);
    try {
      const { size } = fstatSync(this.#descriptor);
      const header = readHeader(path, this.#descriptor, size);
      this.#begin = LENGTH_BYTES + header.length;
      const { places, metadata } = parseHeader(path, header);
      requireWhole(path, places, size - this.#begin);
      this.#places = places;
      this.metadata = metadata;
    } catch (error) {
      closeSync(this.#descriptor);
      throw error;
    }
  }

  get names(): string[] {
    return [...this.#places.keys()];
  }

  /** @throws RangeError if there is no such tensor */
  shape(name: string): readonly number[] {
    return this.#place(name).shape;
  }

  /**
   * @throws RangeError if there is no such tensor; TypeError if its numbers are no floats; SyntaxError if one is not finite
   */
  read(name: string): Float32Array {
    const { type, shape, start, end } = this.#place(name);
    if (!Object.hasOwn(types, type))
      throw new TypeError(
        `${this.#path}: tensor ${name} must be of ${Object.keys(types).join(", ")}, got ${show(type)}`,
      );
    const { bytes, read } = types[type as NumberType];
    const values = new Float32Array(sizeOf(shape));
    const part = new Uint8Array(Math.min(AT_ONCE * bytes, end - start));
    for (let from = start; from < end; from += part.length) {
      const piece = part.subarray(0, Math.min(part.length, end - from));
      readFully(this.#descriptor, piece, this.#begin + from);
      const view = new DataView(piece.buffer, piece.byteOffset, piece.length);
      const first = (from - start) / bytes;
      for (let at = 0; at < piece.length; at += bytes) values[first + at / bytes] = read(view, at);
    }
    const wrong = values.findIndex((value) => !Number.isFinite(value));
    if (wrong >= 0)
      throw new SyntaxError(`${this.#path}: number ${wrong} of tensor ${name} must be finite, got ${values[wrong]}`);
    return values;
  }

  close(): void {
    closeSync(this.#descriptor);
  }

  #place(name: string): TensorPlace {
    const place = this.#places.get(name);
    if (place) return place;
    throw new RangeError(`${this.#path}: must have a tensor ${name}, got ${this.names.join(", ") || "none"}`);
  }
}

/** Writes tensors in single precision, in the order of their names by code unit. State: none besides the tensors. */
export function writeSafetensors(
  file: DurableFile,
  tensors: readonly NamedTensor[],
  metadata: ReadonlyMap<string, string>,
): void {
  const sorted = tensors.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  let end = 0;
  const entries = sorted.map(({ name, shape, values }) => {
    const start = end;
    end += values.byteLength;
    return [name, { dtype: "F32", shape, data_offsets: [start, end] }] as const;
  });
  const told = metadata.size > 0 ? [[METADATA, Object.fromEntries(metadata)] as const] : [];
  const text = Buffer.from(JSON.stringify(Object.fromEntries([...told, ...entries])));
  const header = Buffer.alloc(Math.ceil(text.length / ALIGNED) * ALIGNED, " ");
  text.copy(header);
  const length = Buffer.alloc(LENGTH_BYTES);
  length.writeBigUInt64LE(BigInt(header.length));
  file.write(length);
  file.write(header);
  for (const { values } of sorted) file.write(littleEndian(values));
}

/** Whether a file begins as one of tensors does: with a header below 4 GiB. */
export function beginsAsTensors(head: Buffer): boolean {
  return (
    head.length > LENGTH_BYTES && head.readUInt32LE(4) === 0 && head.readUInt32LE() > 1 && head[LENGTH_BYTES] === 0x7b
  );
}

function openTensors(path: string): number {
  try {
    return openSync(path, "r");
  } catch (cause) {
    throw new Error(`${path}: must be a file of tensors that can be read, got ${(cause as Error).message}`, { cause });
  }
}

function readHeader(path: string, descriptor: number, size: number): Buffer {
  const head = Buffer.alloc(LENGTH_BYTES);
  if (readFully(descriptor, head, 0) < LENGTH_BYTES)
    throw new SyntaxError(`${path}: must begin with the ${LENGTH_BYTES} bytes of a header's length, got ${size} bytes`);
  const length = head.readBigUInt64LE();
  if (length > MAX_HEADER || Number(length) > size - LENGTH_BYTES)
    throw new SyntaxError(
      `${path}: the header must be at most ${Math.min(MAX_HEADER, size - LENGTH_BYTES)} bytes long, got ${length}; the file is cut short, or none of tensors`,
    );
  const header = Buffer.alloc(Number(length));
  readFully(descriptor, header, LENGTH_BYTES);
  return header;
}

function parseHeader(path: string, header: Buffer) {
  const fault = (found: string) => new SyntaxError(`${path}: the header must tell of tensors as JSON, got ${found}`);
  let entries: Readonly<Record<string, unknown>>;
  try {
    entries = JSON.parse(header.toString("utf8"));
  } catch (error) {
    throw fault((error as Error).message);
  }
  if (typeof entries !== "object" || entries === null || Array.isArray(entries)) throw fault(show(entries));
  const places = new Map<string, TensorPlace>();
  for (const [name, entry] of Object.entries(entries)) {
    if (name === METADATA) continue;
    const { dtype, shape, data_offsets: offsets } = (entry ?? {}) as Readonly<Record<string, unknown>>;
    const isWhole = (values: unknown, count?: number): values is number[] =>
      Array.isArray(values) &&
      (count === undefined || values.length === count) &&
      values.every((value) => Number.isSafeInteger(value) && value >= 0);
    if (typeof dtype !== "string" || !isWhole(shape) || !isWhole(offsets, 2))
      throw fault(`${show(entry)} for ${show(name)}`);
    places.set(name, { type: dtype, shape, start: offsets[0]!, end: offsets[1]! });
  }
  const metadata = new Map(Object.entries((entries[METADATA] ?? {}) as Readonly<Record<string, string>>));
  return { places, metadata };
}

/** Tensors lie one behind the other, each as long as its shape says, to the end of the file. */
function requireWhole(path: string, places: ReadonlyMap<string, TensorPlace>, bytes: number): void {
  let end = 0;
  for (const [name, place] of [...places].toSorted(([, a], [, b]) => a.start - b.start || a.end - b.end)) {
    if (place.start !== end)
      throw new SyntaxError(
        `${path}: tensor ${name} must begin where the one before it ends, at ${end}, got ${place.start}`,
      );
    const size = types[place.type as NumberType]?.bytes;
    if (size !== undefined && place.end - place.start !== size * sizeOf(place.shape))
      throw new SyntaxError(
        `${path}: tensor ${name} must have ${size * sizeOf(place.shape)} bytes as its shape says, got ${place.end - place.start}`,
      );
    end = place.end;
  }
  if (end !== bytes) throw new SyntaxError(`${path}: must have ${end} bytes of numbers, got ${bytes}`);
}

const sizeOf = (shape: readonly number[]) => shape.reduce((product, size) => product * size, 1);

function littleEndian(values: Float32Array): Uint8Array {
  const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  if (new Uint8Array(Uint16Array.of(1).buffer)[0] === 1) return bytes;
  return Buffer.from(bytes).swap32();
}

/** IEEE 754 binary16. */
function halfFloat(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 31) return fraction > 0 ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

const single = new DataView(new ArrayBuffer(4));

/** The upper half of a float of single precision. */
function shortFloat(bits: number): number {
  single.setUint32(0, bits * 65536);
  return single.getFloat32(0);
}
