import { createHash } from "node:crypto";
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
 * Writes an array as NumPy's .npy, version 1.0, to a new file, whole or not at all; it is on the disk once this is done, and its name once
 * its folder is. Holds none of it.
 * @returns how long the file is, and its SHA-256
 */
export function writeArray(path: string, values: StateArray): { readonly bytes: number; readonly sha256: string } {
  const kind = Object.entries(kinds).find(([, type]) => values instanceof type)![0];
  const said = `{'descr': '${kind}', 'fortran_order': False, 'shape': (${values.length},), }`;
  const header = said.padEnd(Math.ceil((prefixBytes + said.length + 1) / 64) * 64 - prefixBytes - 1);
  const length = Buffer.alloc(2);
  length.writeUInt16LE(header.length + 1);
  const head = Buffer.concat([Buffer.from(magic, "latin1"), length, Buffer.from(`${header}\n`, "latin1")]);
  const rest = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  writeParts(path, [head, rest]);
  return { bytes: head.length + rest.length, sha256: createHash("sha256").update(head).update(rest).digest("hex") };
}

function writeParts(path: string, parts: readonly Uint8Array[]): void {
  const writer = new ScratchWriter("checkpoint", path);
  try {
    for (const part of parts) writer.write(part);
    writer.sync();
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
