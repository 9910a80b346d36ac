import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { crc32 } from "node:zlib";

/** The key in a table's metadata under which its checksum stands. */
export const checksumKey = "checksum";

const mark = "lexstream-crc32:";
const digits = 8;
const zeros = "0".repeat(digits);
/** What stands there before the checksum is known, and counts in its place. */
export const noChecksum = mark + zeros;

const chunkBytes = 1 << 20;

/**
 * The checksum of an Arrow or Parquet file: CRC-32 of all its bytes, with zeros in the place of the checksum's own digits. It
 * stands in the table's metadata: in Parquet in the footer, in Arrow in the schema at the beginning and in the footer. Other
 * programs see a key `checksum` and read the file as any.
 *
 * CRC-32 finds every error that lies within 32 bits, and lets one of 4 billion others through.
 */
export interface Checksum {
  /** Where its digits stand in the file. */
  readonly places: readonly number[];
  /** What stands there; undefined where two places differ. */
  readonly stated: string | undefined;
}

/** The checksum that a file states; undefined where none is found: a file of another program. */
export function statedChecksum(path: string): Checksum | undefined {
  return withFile(path, (descriptor, size) => {
    const found = metadataRanges(descriptor, size).flatMap(([start, end]) => placesIn(descriptor, start, end));
    const texts = new Set(found.map(({ text }) => text));
    return found.length > 0
      ? { places: found.map(({ place }) => place), stated: texts.size === 1 ? found[0]!.text : undefined }
      : undefined;
  });
}

/**
 * Reads a whole file and compares it with the checksum it states, if there is one. State: 1 MiB.
 * @throws SyntaxError if they differ
 */
export function checkTable(path: string): void {
  const checksum = statedChecksum(path);
  if (!checksum) return;
  const found = withFile(path, (descriptor, size) => checksumOf(descriptor, size, checksum.places));
  if (found !== checksum.stated)
    throw new SyntaxError(
      `${path}: must be as it was written, with the checksum ${checksum.stated ?? "in all its places alike"}, got ${found}: it is damaged`,
    );
}

/** The digits of a sum, as they stand in a file. */
export function checksumText(sum: number): string {
  return sum.toString(16).padStart(digits, "0");
}

function checksumOf(descriptor: number, size: number, places: readonly number[]): string {
  let sum = 0;
  for (let start = 0; start < size; start += chunkBytes) {
    const end = Math.min(start + chunkBytes, size);
    const bytes = readRange(descriptor, start, end);
    for (const place of places) blank(bytes, place - start);
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

type Range = readonly [start: number, end: number];

/** Where a file has its metadata: the schema of Arrow, the footers. */
function metadataRanges(descriptor: number, size: number): Range[] {
  const head = readRange(descriptor, 0, Math.min(size, 16));
  const tail = readRange(descriptor, Math.max(0, size - 10), size);
  const isArrow = head.toString("latin1", 0, 6) === "ARROW1";
  const tailBytes = isArrow ? 10 : 8;
  if (size < 16 + tailBytes) return [];
  const footer = tail.readUInt32LE(tail.length - tailBytes);
  const footerEnd = size - tailBytes;
  const ranges: Range[] = [[Math.max(0, footerEnd - footer), footerEnd]];
  if (isArrow) ranges.push([16, Math.min(size, 16 + head.readUInt32LE(12))]);
  return ranges.filter(([start, end]) => end - start <= maxMetadata);
}

/** No table of ours has more columns and keys than that holds. */
const maxMetadata = 1 << 24;

function placesIn(descriptor: number, start: number, end: number): { place: number; text: string }[] {
  const bytes = readRange(descriptor, start, end);
  const at = bytes.indexOf(mark);
  if (at < 0 || at + mark.length + digits > bytes.length) return [];
  const from = at + mark.length;
  return [{ place: start + from, text: bytes.toString("latin1", from, from + digits) }];
}

function readRange(descriptor: number, start: number, end: number): Buffer {
  const bytes = Buffer.alloc(Math.max(0, end - start));
  for (let done = 0; done < bytes.length; ) {
    const read = readSync(descriptor, bytes, done, bytes.length - done, start + done);
    if (read === 0) throw new RangeError("the file became shorter while it was read");
    done += read;
  }
  return bytes;
}

function withFile<Result>(path: string, use: (descriptor: number, size: number) => Result): Result {
  const descriptor = openSync(path, "r");
  try {
    return use(descriptor, fstatSync(descriptor).size);
  } finally {
    closeSync(descriptor);
  }
}
