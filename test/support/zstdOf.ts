import { Xxh64 } from "#storage";

const MAX_BLOCK = 1 << 17;

/**
 * A Zstandard frame of a text or bytes, in blocks that are not compressed, with its checksum.
 * @see RFC 8878, section 3.1.1
 */
export function zstdOf(text: string | Buffer): Buffer {
  const content = Buffer.from(text as string);
  const hash = new Xxh64();
  hash.update(content);
  const checksum = Buffer.alloc(4);
  checksum.writeUInt32LE(Number(hash.digest() & 0xffffffffn));
  const header = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x04, 0x38]); // checksum flag; a window of 128 KiB
  const blocks: Buffer[] = [];
  for (let from = 0; from === 0 || from < content.length; from += MAX_BLOCK) {
    const block = content.subarray(from, from + MAX_BLOCK);
    const head = Buffer.alloc(3);
    head.writeUIntLE((block.length << 3) | Number(from + MAX_BLOCK >= content.length), 0, 3);
    blocks.push(head, block);
  }
  return Buffer.concat([header, ...blocks, checksum]);
}
