import { closeSync, fstatSync, openSync } from "node:fs";
import { crc32 } from "node:zlib";
import type { DurableFile } from "./durableFile.js";
import { readFully } from "./readFully.js";

/*
 * ZIP archives whose members are stored as they are (APPNOTE.TXT 6.3.10). Sizes and places always stand in the 64-bit fields, so that
 * archives above 4 GiB are written no other way than small ones.
 */

const LOCAL = 0x04034b50;
const CENTRAL = 0x02014b50;
const END_64 = 0x06064b50;
const LOCATOR_64 = 0x07064b50;
const END = 0x06054b50;
/** The version that reads 64-bit fields. */
const VERSION = 45;
/** 1 January 1980, the first day that there is: equal members are equal archives. */
const FIRST_DAY = 0x21;
const ELSEWHERE = 0xffffffff;
const SIZES_64 = 1;
const endBytes = 22;
const locatorBytes = 20;
const centralBytes = 46;
const localBytes = 30;
const longestComment = 65_535;
const chunkBytes = 1 << 20;

/** A member of an archive, as its directory has it. */
export interface ZipMember {
  readonly name: string;
  /** Where its local header begins. */
  readonly place: number;
  readonly size: number;
  readonly checksum: number;
  /** How it is packed; 0 stands for not. */
  readonly method: number;
}

/** Writes an archive into a file that has nothing in it yet. State: the names of its members. */
export class ZipWriter {
  readonly #file: DurableFile;
  readonly #members: ZipMember[] = [];
  #written = 0;

  constructor(file: DurableFile) {
    this.#file = file;
  }

  /** A member of that many bytes, whatever parts they come in. */
  add(name: string, size: number, parts: Iterable<Uint8Array>): void {
    const place = this.#written;
    const head = localHeader(name, size);
    this.#write(head);
    let checksum = 0;
    for (const part of parts) {
      checksum = crc32(part, checksum);
      this.#write(part);
    }
    const written = this.#written - place - head.length;
    if (written !== size) throw new RangeError(`zip: ${name} must have ${size} bytes, got ${written}`);
    const sum = Buffer.alloc(4);
    sum.writeUInt32LE(checksum);
    this.#file.patch(place + 14, sum);
    this.#members.push({ name, place, size, checksum, method: 0 });
  }

  /** Writes the directory; the file is whole then. */
  finish(): void {
    const place = this.#written;
    for (const member of this.#members) this.#write(centralHeader(member));
    const size = this.#written - place;
    const end = Buffer.alloc(56 + locatorBytes + endBytes);
    end.writeUInt32LE(END_64, 0);
    end.writeBigUInt64LE(44n, 4);
    end.writeUInt16LE(VERSION, 12);
    end.writeUInt16LE(VERSION, 14);
    end.writeBigUInt64LE(BigInt(this.#members.length), 24);
    end.writeBigUInt64LE(BigInt(this.#members.length), 32);
    end.writeBigUInt64LE(BigInt(size), 40);
    end.writeBigUInt64LE(BigInt(place), 48);
    end.writeUInt32LE(LOCATOR_64, 56);
    end.writeBigUInt64LE(BigInt(place + size), 64);
    end.writeUInt32LE(1, 72);
    end.writeUInt32LE(END, 76);
    end.writeUInt16LE(0xffff, 84);
    end.writeUInt16LE(0xffff, 86);
    end.writeUInt32LE(ELSEWHERE, 88);
    end.writeUInt32LE(ELSEWHERE, 92);
    this.#write(end);
  }

  #write(bytes: Uint8Array): void {
    this.#file.write(bytes);
    this.#written += bytes.length;
  }
}

function localHeader(name: string, size: number): Buffer {
  const head = Buffer.alloc(localBytes + name.length + 20);
  head.writeUInt32LE(LOCAL, 0);
  head.writeUInt16LE(VERSION, 4);
  head.writeUInt16LE(FIRST_DAY, 12);
  head.writeUInt32LE(ELSEWHERE, 18);
  head.writeUInt32LE(ELSEWHERE, 22);
  head.writeUInt16LE(name.length, 26);
  head.writeUInt16LE(20, 28);
  head.write(name, localBytes, "latin1");
  writeSizes(head, localBytes + name.length, [size, size]);
  return head;
}

function centralHeader({ name, place, size, checksum }: ZipMember): Buffer {
  const head = Buffer.alloc(centralBytes + name.length + 28);
  head.writeUInt32LE(CENTRAL, 0);
  head.writeUInt16LE(VERSION, 4);
  head.writeUInt16LE(VERSION, 6);
  head.writeUInt16LE(FIRST_DAY, 14);
  head.writeUInt32LE(checksum, 16);
  head.writeUInt32LE(ELSEWHERE, 20);
  head.writeUInt32LE(ELSEWHERE, 24);
  head.writeUInt16LE(name.length, 28);
  head.writeUInt16LE(28, 30);
  head.writeUInt32LE(ELSEWHERE, 42);
  head.write(name, centralBytes, "latin1");
  writeSizes(head, centralBytes + name.length, [size, size, place]);
  return head;
}

function writeSizes(head: Buffer, at: number, sizes: readonly number[]): void {
  head.writeUInt16LE(SIZES_64, at);
  head.writeUInt16LE(8 * sizes.length, at + 2);
  sizes.forEach((size, k) => {
    head.writeBigUInt64LE(BigInt(size), at + 4 + 8 * k);
  });
}

/** Whether a file begins as an archive does. */
export const beginsAsZip = (head: Uint8Array): boolean =>
  Buffer.from(head.subarray(0, 4)).equals(Buffer.from("PK\x03\x04"));

/**
 * An archive whose members are read in place. State: its directory.
 * @throws SyntaxError if it is not whole, or not an archive
 */
export class ZipReader {
  readonly #descriptor: number;
  readonly #size: number;
  readonly members: ReadonlyMap<string, ZipMember>;

  constructor(readonly path: string) {
    this.#descriptor = openSync(path, "r");
    try {
      this.#size = fstatSync(this.#descriptor).size;
      this.members = new Map(this.#directory().map((member) => [member.name, member]));
      for (const { name, place } of this.members.values()) if (this.#nameAt(place) !== name) throw this.#renamed(name);
    } catch (error) {
      this.close();
      throw error;
    }
  }

  /**
   * Where the bytes of a member begin, all of which were read once and compared with its checksum.
   * @throws SyntaxError if they are packed, cut short or damaged
   */
  open({ name, place, size, checksum, method }: ZipMember): number {
    if (method !== 0)
      throw new SyntaxError(
        `${this.path}: members must be stored, got ${name} packed; save_npz(..., compressed=False) does that`,
      );
    const head = this.read(place, localBytes);
    if (head.readUInt32LE() !== LOCAL) throw this.#damaged(name);
    const start = place + localBytes + head.readUInt16LE(26) + head.readUInt16LE(28);
    let sum = 0;
    for (let at = 0; at < size; at += chunkBytes)
      sum = crc32(this.read(start + at, Math.min(chunkBytes, size - at)), sum);
    if (sum !== checksum) throw this.#damaged(name);
    return start;
  }

  read(position: number, length: number): Buffer {
    if (position + length > this.#size)
      throw new SyntaxError(
        `${this.path}: must be a whole archive, got ${this.#size} bytes where ${position + length} are told of`,
      );
    const bytes = Buffer.alloc(length);
    const found = readFully(this.#descriptor, bytes, position);
    if (found < length)
      throw new SyntaxError(`${this.path}: must be a whole archive, got its end after ${position + found} bytes`);
    return bytes;
  }

  close(): void {
    closeSync(this.#descriptor);
  }

  /** A member says its name itself, so that none is passed over because the directory has it under another. */
  #nameAt(place: number): string {
    return this.read(place + localBytes, this.read(place, localBytes).readUInt16LE(26)).toString("latin1");
  }

  #renamed(name: string): SyntaxError {
    return new SyntaxError(
      `${this.path}: must have each member under the name that its directory states, got another one for ${JSON.stringify(name)}: it is damaged`,
    );
  }

  #damaged(name: string): SyntaxError {
    return new SyntaxError(
      `${this.path}: must be as it was written, got ${name} with another checksum than its directory states: it is damaged`,
    );
  }

  #directory(): ZipMember[] {
    const tailStart = Math.max(0, this.#size - endBytes - longestComment);
    const tail = this.read(tailStart, this.#size - tailStart);
    const at = lastIndexOf(tail, END);
    if (at < 0)
      throw new SyntaxError(`${this.path}: must be a whole archive, got one without its directory: it is cut short`);
    let [count, place] = [tail.readUInt16LE(at + 10), tail.readUInt32LE(at + 16)];
    const locator = at - locatorBytes;
    if (locator >= 0 && tail.readUInt32LE(locator) === LOCATOR_64) {
      const end = this.read(Number(tail.readBigUInt64LE(locator + 8)), 56);
      [count, place] = [Number(end.readBigUInt64LE(32)), Number(end.readBigUInt64LE(48))];
    }
    if (place > tailStart + at)
      throw new SyntaxError(`${this.path}: must have its directory before its end, got one that begins at ${place}`);
    const directory = this.read(place, tailStart + at - place);
    const members: ZipMember[] = [];
    let from = 0;
    while (members.length < count) {
      if (from + centralBytes > directory.length || directory.readUInt32LE(from) !== CENTRAL)
        throw new SyntaxError(
          `${this.path}: must be a whole archive, got a directory that ends after ${members.length} of ${count} members`,
        );
      const lengths = [28, 30, 32].map((field) => directory.readUInt16LE(from + field));
      members.push(memberAt(directory, from, lengths[0]!, lengths[1]!));
      from += centralBytes + lengths[0]! + lengths[1]! + lengths[2]!;
    }
    if (directory.length >= from + 4 && directory.readUInt32LE(from) === CENTRAL)
      throw new SyntaxError(`${this.path}: must have the ${count} members that it states, got more: it is damaged`);
    return members;
  }
}

function memberAt(directory: Buffer, from: number, nameLength: number, extraLength: number): ZipMember {
  const nameEnd = from + centralBytes + nameLength;
  const wide = wideFields(directory.subarray(nameEnd, nameEnd + extraLength));
  const numberAt = (field: number) => {
    const short = directory.readUInt32LE(from + field);
    return short === ELSEWHERE ? Number(wide.shift() ?? 0n) : short;
  };
  const size = numberAt(24);
  numberAt(20); // packed, which is as much
  return {
    name: directory.toString("latin1", from + centralBytes, nameEnd),
    place: numberAt(42),
    size,
    checksum: directory.readUInt32LE(from + 16),
    method: directory.readUInt16LE(from + 10),
  };
}

/** What stands in the 64-bit fields of a member. */
function wideFields(extra: Buffer): bigint[] {
  for (let at = 0; at + 4 <= extra.length; at += 4 + extra.readUInt16LE(at + 2)) {
    if (extra.readUInt16LE(at) !== SIZES_64) continue;
    const count = Math.floor(Math.min(extra.readUInt16LE(at + 2), extra.length - at - 4) / 8);
    return Array.from({ length: count }, (_, k) => extra.readBigUInt64LE(at + 4 + 8 * k));
  }
  return [];
}

function lastIndexOf(bytes: Buffer, signature: number): number {
  const wanted = Buffer.alloc(4);
  wanted.writeUInt32LE(signature);
  return bytes.lastIndexOf(wanted, bytes.length - endBytes);
}
