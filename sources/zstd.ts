import { Decompress } from "fzstd";
import { Xxh64 } from "../kernels/xxh64.js";

const FRAME = 0xfd2fb528;
const SKIPPABLE = 0x184d2a50; // and the 15 numbers after it: a frame of user data
const CHECKSUM_FLAG = 4;
const SINGLE_SEGMENT_FLAG = 0x20;
const DICTIONARY_FLAGS = 3;
const MAX_WINDOW = 2 ** 27; // the most that zstd unpacks without being told to

/** A fault of Zstandard bytes, as against one of reading them. */
export class ZstdFault extends Error {}

/**
 * Unpacks Zstandard frames, one after the other, where the engine cannot: finds the frames' parts, has fzstd unpack each block,
 * and checks lengths and checksums, which fzstd does not.
 * State: one chunk, one block (128 KiB) and the frame's window.
 * @see RFC 8878, section 3.1
 */
export async function* unpackZstd(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const input = new ByteReader(chunks);
  try {
    while (!(await input.isAtEnd())) {
      const start = await input.take(4);
      const magic = start.readUInt32LE(0);
      if (magic === FRAME) yield* unpackFrame(start, input);
      else if (magic >= SKIPPABLE && magic <= SKIPPABLE + 15) await input.skip((await input.take(4)).readUInt32LE(0));
      else throw new ZstdFault("bytes after the last frame");
    }
  } finally {
    await input.close();
  }
}

async function* unpackFrame(start: Buffer, input: ByteReader): AsyncGenerator<Uint8Array> {
  const descriptor = await input.take(1);
  const flags = descriptor[0]!;
  const hasChecksum = (flags & CHECKSUM_FLAG) !== 0;
  descriptor[0] = flags & ~CHECKSUM_FLAG; // we take the checksum ourselves
  const sizes = await input.take(sizesLength(flags));
  checkWindow(flags, sizes);
  const hash = new Xxh64();
  const unpacked: Uint8Array[] = [];
  const unpacker = new Decompress((bytes) => {
    if (bytes.length > 0) unpacked.push(bytes.slice());
  });
  unpacker.push(Buffer.concat([start, descriptor, sizes]));
  for (let isLast = false; !isLast; ) {
    const header = await input.take(3);
    const bits = header.readUIntLE(0, 3); // last block, two bits of kind, size
    isLast = (bits & 1) === 1;
    const isRepeatedByte = ((bits >> 1) & 3) === 1;
    const block = await input.take(isRepeatedByte ? 1 : bits >> 3);
    unpacker.push(Buffer.concat([header, block]), isLast);
    for (const bytes of unpacked.splice(0)) {
      if (hasChecksum) hash.update(bytes);
      yield bytes;
    }
  }
  if (hasChecksum && (await input.take(4)).readUInt32LE(0) !== Number(hash.digest() & 0xffffffffn))
    throw new ZstdFault("a wrong checksum");
}

/** How many bytes of the frame's header follow its flags: the window's size, and that of the content. */
function sizesLength(flags: number): number {
  if ((flags & DICTIONARY_FLAGS) !== 0) throw new ZstdFault("one that needs a dictionary");
  const isSingleSegment = (flags & SINGLE_SEGMENT_FLAG) !== 0;
  return isSingleSegment ? [1, 2, 4, 8][flags >> 6]! : [1, 3, 5, 9][flags >> 6]!;
}

/** A header can ask for any amount of memory. A single segment's window is its content. */
function checkWindow(flags: number, sizes: Buffer): void {
  const isSingleSegment = (flags & SINGLE_SEGMENT_FLAG) !== 0;
  const size = isSingleSegment ? sizes.readUIntLE(0, Math.min(6, sizes.length)) : 2 ** (10 + (sizes[0]! >> 3));
  if (size > MAX_WINDOW) throw new ZstdFault("one with a window of more than 128 MiB");
}

/** Takes exact numbers of bytes out of chunks. */
class ByteReader {
  readonly #chunks: AsyncIterator<Uint8Array>;
  #chunk: Uint8Array = new Uint8Array(0);

  constructor(chunks: AsyncIterable<Uint8Array>) {
    this.#chunks = chunks[Symbol.asyncIterator]();
  }

  async isAtEnd(): Promise<boolean> {
    while (this.#chunk.length === 0) {
      const next = await this.#chunks.next();
      if (next.done) return true;
      this.#chunk = next.value;
    }
    return false;
  }

  async take(length: number): Promise<Buffer> {
    const parts: Uint8Array[] = [];
    for await (const part of this.#parts(length)) parts.push(part);
    return Buffer.concat(parts);
  }

  async skip(length: number): Promise<void> {
    for await (const _ of this.#parts(length));
  }

  async *#parts(length: number): AsyncGenerator<Uint8Array> {
    for (let left = length; left > 0; ) {
      if (await this.isAtEnd()) throw new ZstdFault("unexpected end of file");
      const part = this.#chunk.subarray(0, left);
      this.#chunk = this.#chunk.subarray(part.length);
      left -= part.length;
      yield part;
    }
  }

  async close(): Promise<void> {
    await this.#chunks.return?.();
  }
}
