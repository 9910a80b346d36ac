import { closeSync, fstatSync, openSync } from "node:fs";
import { crc32 } from "node:zlib";
import { readFully } from "../files/readFully.js";

/** The key in a table's metadata under which its checksum stands. */
export const checksumKey = "checksum";

const mark = "lexstream-crc32:";
const digits = 8;
const zeros = "0".repeat(digits);
/** So long that damage to a stretch of 64 bytes spares either some of the mark or the last words of this. */
const tail = ", of the whole file with zeros in the place of these eight digits, as lexstream takes it";
const lastWords = tail.slice(-24);
/** What stands there before the checksum is known, and counts in its place. */
export const noChecksum = mark + zeros + tail;

const chunkBytes = 1 << 20;

/**
 * The checksum of an Arrow or Parquet file: CRC-32 of all its bytes, with zeros in the place of the checksum's own digits. It
 * stands in the table's metadata, in the footer; other programs see a key `checksum` and read the file as any. It is
 * known also with some of its letters wrong: damage to it must not make the file pass for one of another program.
 *
 * CRC-32 finds every error that lies within 32 bits, and lets one of 4 billion others through.
 */
export interface Checksum {
  /** Where its digits stand in the file. */
  readonly place: number;
  /** What stands there. */
  readonly stated: string;
}

/** The checksum that a file states; undefined where none is found: a file of another program. */
export function statedChecksum(path: string): Checksum | undefined {
  return withFile(path, (descriptor, size) => {
    const { start, end } = footerOf(descriptor, size);
    const bytes = readRange(descriptor, start, end);
    const at = findMark(bytes);
    if (at < 0) return undefined;
    const from = at + mark.length;
    return { place: start + from, stated: bytes.toString("latin1", from, from + digits) };
  });
}

/**
 * Reads a whole file and compares it with the checksum it states, if there is one. State: 1 MiB.
 * @throws SyntaxError if they differ
 */
export function checkTable(path: string): void {
  const checksum = statedChecksum(path);
  if (!checksum) return;
  const found = withFile(path, (descriptor, size) => checksumOf(descriptor, size, checksum.place));
  if (found !== checksum.stated)
    throw new SyntaxError(
      `${path}: must be as it was written, with the checksum ${JSON.stringify(checksum.stated)}, got ${found}: it is damaged, or another program wrote it anew and kept the key ${checksumKey}`,
    );
}

/** The digits of a sum, as they stand in a file. */
export function checksumText(sum: number): string {
  return sum.toString(16).padStart(digits, "0");
}

function checksumOf(descriptor: number, size: number, place: number): string {
  let sum = 0;
  const chunk = Buffer.alloc(Math.min(chunkBytes, size));
  for (let start = 0; start < size; start += chunkBytes) {
    const bytes = chunk.subarray(0, Math.min(chunkBytes, size - start));
    fillRange(descriptor, bytes, start);
    blank(bytes, place - start);
    sum = crc32(bytes, sum);
  }
  return checksumText(sum);
}

/** Puts zeros in the place of digits that begin at an index, as far as they lie inside. */
function blank(bytes: Buffer, index: number): void {
  const start = Math.max(0, index);
  const end = Math.min(bytes.length, index + digits);
  if (start < end) bytes.fill(zeros, start, end);
}

/** Where the footer lies; nothing where there is none, or none that could be ours. */
function footerOf(descriptor: number, size: number): { start: number; end: number } {
  const tail = readRange(descriptor, Math.max(0, size - 10), size);
  const isArrow = tail.toString("latin1", 4) === "ARROW1";
  const tailBytes = isArrow ? 10 : 8;
  const end = Math.max(0, size - tailBytes);
  const length = tail.length < tailBytes ? 0 : tail.readUInt32LE(tail.length - tailBytes);
  return { start: Math.max(0, end - Math.min(length, maxFooter)), end };
}

/** No table of ours has more columns, keys and blocks than that holds. */
const maxFooter = 1 << 26;

function findMark(bytes: Buffer): number {
  const last = bytes.length - mark.length - digits;
  const exact = bytes.indexOf(mark);
  if (exact >= 0) return exact <= last ? exact : -1;
  const words = bytes.indexOf(lastWords);
  const start = words + lastWords.length - noChecksum.length;
  if (words >= 0 && start >= 0) return start;
  for (let at = 0; at <= last; at++) if (isLikeMark(bytes, at)) return at;
  return -1;
}

const rightLetters = 10;

function isLikeMark(bytes: Buffer, at: number): boolean {
  let right = 0;
  for (let k = 0; k < mark.length; k++) if (bytes[at + k] === mark.charCodeAt(k)) right++;
  return right >= rightLetters;
}

function readRange(descriptor: number, start: number, end: number): Buffer {
  const bytes = Buffer.alloc(Math.max(0, end - start));
  fillRange(descriptor, bytes, start);
  return bytes;
}

function fillRange(descriptor: number, bytes: Buffer, start: number): void {
  if (readFully(descriptor, bytes, start) < bytes.length)
    throw new RangeError("a file must not become shorter while it is read");
}

function withFile<Result>(path: string, use: (descriptor: number, size: number) => Result): Result {
  const descriptor = openSync(path, "r");
  try {
    return use(descriptor, fstatSync(descriptor).size);
  } finally {
    closeSync(descriptor);
  }
}
