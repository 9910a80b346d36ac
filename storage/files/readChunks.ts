import type { FileHandle } from "node:fs/promises";
import { ChunkMemory } from "./chunkMemory.js";

const BEYOND = 4096;

/**
 * An open file from its beginning, in chunks of at most `chunkSize` bytes, each in memory of its own unless that is lent. The next chunk is read
 * while one is dealt with, as long as it is known to be there.
 */
export async function* readChunks(
  file: FileHandle,
  chunkSize: number,
  memory = new ChunkMemory(chunkSize, false),
): AsyncGenerator<Uint8Array> {
  const stats = await file.stat();
  const size = stats.isFile() ? stats.size : 0;
  let position = 0;
  const read = () => {
    // One byte more than is left, so that a small file takes a small buffer; what is beyond the stated size is its end, or news.
    const expected = position < size ? size - position + 1 : BEYOND;
    const chunk = memory.take(Math.min(chunkSize, expected));
    return file.read(chunk, 0, chunk.length, null);
  };
  let next: ReturnType<typeof read> | undefined;
  try {
    for (;;) {
      const { bytesRead, buffer } = await (next ?? read());
      if (bytesRead === 0) return;
      position += bytesRead;
      next = position < size ? read() : undefined;
      next?.catch(() => {}); // whoever awaits it is told
      memory.lend(buffer);
      yield buffer.subarray(0, bytesRead);
    }
  } finally {
    await next?.catch(() => {}); // the file can be closed then
  }
}

/** Cuts what a decompressor gave out into chunks of at most `chunkSize` bytes. */
export async function* splitChunks(chunks: AsyncIterable<Uint8Array>, chunkSize: number): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) {
    for (let at = 0; at < chunk.length; at += chunkSize) yield chunk.subarray(at, at + chunkSize);
  }
}
