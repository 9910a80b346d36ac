import { Decompress } from "fzstd";
import { PackingFault } from "./packingFault.js";
import { Xxh64 } from "./xxh64.js";

const FRAME = 0xfd2fb528;
const SKIPPABLE = 0x184d2a50; // and the 15 numbers after it: a frame of user data
const FLAGS_AT = 4; // behind the magic number
const CHECKSUM_FLAG = 4;
const SINGLE_SEGMENT_FLAG = 0x20;
const DICTIONARY_FLAGS = 3;
const MAX_WINDOW = 2 ** 27; // the most that zstd unpacks without being told to

const isSkippable = (magic: number) => magic >= SKIPPABLE && magic <= SKIPPABLE + 15;

/** One part of a frame: its header, a block with the block's own header, or the checksum at its end. */
interface Part {
  readonly kind: "header" | "block" | "lastBlock" | "checksum";
  readonly bytes: Buffer;
}

/**
 * Unpacks Zstandard frames, one after the other. Node's own unpacker ends with the first one, and fzstd checks no checksum and
 * unpacks any length at once, so the frames are taken apart here.
 *
 * In: chunks, and what unpacks a single whole frame, if the engine can; else fzstd does it.
 * State: one chunk, one block (128 KiB) and the frame's window.
 * @see RFC 8878, section 3.1
 */
export async function* unpackZstd(
  chunks: AsyncIterable<Uint8Array>,
  unpackNatively?: (frame: AsyncIterable<Uint8Array>) => AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  const input = new ByteReader(chunks);
  try {
    while (!(await input.isAtEnd())) {
      const start = await input.take(4);
      const magic = start.readUInt32LE(0);
      if (magic === FRAME) {
        const parts = partsOfFrame(start, input);
        yield* unpackNatively ? unpackNatively(bytesOf(parts)) : unpackParts(parts);
      } else if (isSkippable(magic)) await input.skip((await input.take(4)).readUInt32LE(0));
      else throw new PackingFault("bytes after the last frame");
    }
  } finally {
    await input.close();
  }
}

async function* bytesOf(parts: AsyncIterable<Part>): AsyncGenerator<Uint8Array> {
  for await (const { bytes } of parts) yield bytes;
}

async function* partsOfFrame(start: Buffer, input: ByteReader): AsyncGenerator<Part> {
  const descriptor = await input.take(1);
  const flags = descriptor[0]!;
  const sizes = await input.take(sizesLength(flags));
  checkWindow(flags, sizes);
  yield { kind: "header", bytes: Buffer.concat([start, descriptor, sizes]) };
  for (let isLast = false; !isLast; ) {
    const header = await input.take(3);
    const bits = header.readUIntLE(0, 3); // last block, two bits of kind, size
    isLast = (bits & 1) === 1;
    const isRepeatedByte = ((bits >> 1) & 3) === 1;
    const block = await input.take(isRepeatedByte ? 1 : bits >> 3);
    yield { kind: isLast ? "lastBlock" : "block", bytes: Buffer.concat([header, block]) };
  }
  if ((flags & CHECKSUM_FLAG) !== 0) yield { kind: "checksum", bytes: await input.take(4) };
}

async function* unpackParts(parts: AsyncIterable<Part>): AsyncGenerator<Uint8Array> {
  const hash = new Xxh64();
  let hasChecksum = false;
  const unpacked: Uint8Array[] = [];
  const unpacker = new Decompress((bytes) => {
    if (bytes.length > 0) unpacked.push(bytes.slice());
  });
  for await (const { kind, bytes } of parts) {
    if (kind === "checksum") {
      if (bytes.readUInt32LE(0) !== Number(hash.digest() & 0xffffffffn)) throw new PackingFault("a wrong checksum");
      return;
    }
    if (kind === "header") {
      hasChecksum = (bytes[FLAGS_AT]! & CHECKSUM_FLAG) !== 0;
      bytes[FLAGS_AT]! &= ~CHECKSUM_FLAG; // fzstd would wait for it, and not look at it
    }
    unpacker.push(bytes, kind === "lastBlock");
    for (const piece of unpacked.splice(0)) {
      if (hasChecksum) hash.update(piece);
      yield piece;
    }
  }
}

/** How many bytes of the frame's header follow its flags: the window's size, and that of the content. */
function sizesLength(flags: number): number {
  if ((flags & DICTIONARY_FLAGS) !== 0) throw new PackingFault("one that needs a dictionary");
  const isSingleSegment = (flags & SINGLE_SEGMENT_FLAG) !== 0;
  return isSingleSegment ? [1, 2, 4, 8][flags >> 6]! : [1, 3, 5, 9][flags >> 6]!;
}

/** A header can ask for any amount of memory. A single segment's window is its content. */
function checkWindow(flags: number, sizes: Buffer): void {
  const isSingleSegment = (flags & SINGLE_SEGMENT_FLAG) !== 0;
  const size = isSingleSegment ? sizes.readUIntLE(0, Math.min(6, sizes.length)) : 2 ** (10 + (sizes[0]! >> 3));
  if (size > MAX_WINDOW) throw new PackingFault("one with a window of more than 128 MiB");
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
      if (await this.isAtEnd()) throw new PackingFault("unexpected end of file");
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
