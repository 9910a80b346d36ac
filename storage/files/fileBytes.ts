import { closeSync, fstatSync, openSync } from "node:fs";
import { open } from "node:fs/promises";
import { contentOf, type Packing, type TextReader, textFault } from "../../kernels/text/content.js";
import { withoutMark } from "../../kernels/text/utf8.js";
import { readChunks } from "./readChunks.js";
import { readFully } from "./readFully.js";
import { unpack } from "./unpack.js";

const chunkBytes = 1 << 20;
const headBytes = 1024;
const newline = 10;
/** A vector of 100,000 numbers fits; a file without line ends does not fill the memory. */
const maxLineBytes = 1 << 24;

/** The first bytes of a file, as they lie on the disk. */
export function firstBytes(path: string, length: number): Uint8Array {
  const descriptor = openFile(path);
  try {
    const bytes = new Uint8Array(Math.min(length, fstatSync(descriptor).size));
    return bytes.subarray(0, readFully(descriptor, bytes, 0));
  } finally {
    closeSync(descriptor);
  }
}

function openFile(path: string): number {
  try {
    const descriptor = openSync(path, "r");
    if (!fstatSync(descriptor).isDirectory()) return descriptor;
    closeSync(descriptor);
  } catch (cause) {
    throw new Error(`${path}: must be a file that can be read, got ${(cause as Error).message}`, { cause });
  }
  throw new Error(`${path}: must be a file that can be read, got a folder`);
}

/** How a file is packed, by its content and not by its name. */
export function packingOf(path: string): Packing | undefined {
  return contentOf(firstBytes(path, 4))?.packing;
}

/** The bytes of a file in chunks, unpacked if it is gzip or Zstandard. State: one chunk, and the window of what unpacks. */
export async function* fileBytes(path: string): AsyncGenerator<Uint8Array> {
  const packing = packingOf(path);
  const fault = (what: string, Kind: typeof SyntaxError | typeof RangeError) => new Kind(`${path}: ${what}`);
  const file = await open(path);
  try {
    const bytes = readChunks(file, chunkBytes);
    yield* packing ? unpack(bytes, packing, { fault }) : bytes;
  } finally {
    await file.close();
  }
}

/** The first bytes of a file's content, unpacked, without a byte-order mark. */
export async function firstContent(path: string, length: number): Promise<Uint8Array> {
  if (!packingOf(path)) return withoutMark(firstBytes(path, length));
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of fileBytes(path)) {
    chunks.push(chunk);
    size += chunk.length;
    if (size >= length) break;
  }
  return withoutMark(Buffer.concat(chunks).subarray(0, length));
}

/** @throws SyntaxError for a file that is certainly neither text nor a table, packed or not */
export async function requireText(path: string, options: Pick<TextReader, "reads" | "wantsVectors">): Promise<void> {
  const fault = textFault(await firstContent(path, headBytes), { ...options, inside: packingOf(path) });
  if (fault) throw new SyntaxError(`${path}: ${fault}`);
}

/** Takes one line: `bytes[start] .. bytes[end - 1]`, its line end not included; `number` counts from 1. Must not keep `bytes`. */
export type LineReader = (bytes: Buffer, start: number, end: number, number: number) => void;

/**
 * Reads a file line by line; CRLF counts as a line end, a byte-order mark at the beginning as nothing. State: a chunk and the line that goes across its edge.
 * @throws RangeError if the last line has no line end, since a file cut short looks like that, or if a line is too long
 */
export async function readLines(path: string, read: LineReader): Promise<number> {
  let rest = Buffer.alloc(0);
  let count = 0;
  for await (const chunk of fileBytes(path)) {
    const bytes =
      rest.length > 0 ? Buffer.concat([rest, chunk]) : Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length);
    let start = 0;
    for (;;) {
      const end = bytes.indexOf(newline, start);
      if (end < 0) break;
      if (count === 0) start = bytes.length - withoutMark(bytes).length;
      read(bytes, start, end > start && bytes[end - 1] === 13 ? end - 1 : end, ++count);
      start = end + 1;
    }
    rest = Buffer.from(bytes.subarray(start));
    if (rest.length > maxLineBytes)
      throw new RangeError(`${path}: line ${count + 1} must be at most ${maxLineBytes} bytes long, got more`);
  }
  if (rest.length > 0)
    throw new RangeError(
      `${path}: line ${count + 1} must end in a line end, got the end of the file, which may be cut short`,
    );
  return count;
}
