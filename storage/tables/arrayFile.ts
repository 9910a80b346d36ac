import { rmSync } from "node:fs";
import { readFile } from "node:fs/promises";
import type { StateArray } from "../../schemas/state.js";
import { ScratchWriter } from "../files/scratchArrays.js";

/** NumPy's names of the kinds of numbers, little-endian. */
const kinds = {
  "|u1": Uint8Array,
  "<i4": Int32Array,
  "<u4": Uint32Array,
  "<f4": Float32Array,
  "<f8": Float64Array,
} as const;

const magic = "\x93NUMPY\x01\x00";
const prefixBytes = magic.length + 2;
const headerPattern = /^\{'descr': '([^']+)', 'fortran_order': False, 'shape': \((\d+),\), \} *\n$/;

/**
 * Writes an array as NumPy's .npy, version 1.0, to a new file, whole or not at all. Whoever names the file to others syncs it before: a
 * checkpoint does so for all of its files. Holds none of it.
 */
export function writeArray(path: string, values: StateArray): void {
  const kind = Object.entries(kinds).find(([, type]) => values instanceof type)![0];
  const said = `{'descr': '${kind}', 'fortran_order': False, 'shape': (${values.length},), }`;
  const header = said.padEnd(Math.ceil((prefixBytes + said.length + 1) / 64) * 64 - prefixBytes - 1);
  const length = Buffer.alloc(2);
  length.writeUInt16LE(header.length + 1);
  const writer = new ScratchWriter("checkpoint", path);
  try {
    writer.write(Buffer.concat([Buffer.from(magic, "latin1"), length, Buffer.from(`${header}\n`, "latin1")]));
    writer.write(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
  } catch (error) {
    rmSync(path, { force: true });
    throw error;
  } finally {
    writer.close();
  }
}

/**
 * Reads an array of `writeArray`.
 * @throws SyntaxError if the file is not one, or not whole
 */
export async function readArray(path: string): Promise<StateArray> {
  const bytes = await readFile(path);
  const start = prefixBytes + (bytes.length < prefixBytes ? 0 : bytes.readUInt16LE(magic.length));
  const [, kind = "", length = ""] = headerPattern.exec(bytes.toString("latin1", prefixBytes, start)) ?? [];
  const type = kinds[kind as keyof typeof kinds];
  const isWhole = type && bytes.length === start + Number(length) * type.BYTES_PER_ELEMENT;
  if (!isWhole || bytes.toString("latin1", 0, magic.length) !== magic)
    throw new SyntaxError(`${path}: must be a whole .npy file of one dimension, got something else`);
  const copy = bytes.buffer.slice(bytes.byteOffset + start, bytes.byteOffset + bytes.length);
  return new type(copy);
}
