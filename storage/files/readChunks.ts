import type { FileHandle } from "node:fs/promises";

const BEYOND = 4096;

/** An open file from its beginning, in chunks of at most `chunkSize` bytes, each in memory of its own. */
export async function* readChunks(file: FileHandle, chunkSize: number): AsyncGenerator<Uint8Array> {
  const { size } = await file.stat();
  let position = 0;
  for (;;) {
    // One byte more than is left, so that a small file takes a small buffer; what is beyond the stated size is its end, or news.
    const expected = position < size ? size - position + 1 : BEYOND;
    const length = Math.min(chunkSize, expected);
    const { bytesRead, buffer } = await file.read(new Uint8Array(length), 0, length, null);
    if (bytesRead === 0) return;
    position += bytesRead;
    yield buffer.subarray(0, bytesRead);
  }
}

/** Cuts what a decompressor gave out into chunks of at most `chunkSize` bytes. */
export async function* splitChunks(chunks: AsyncIterable<Uint8Array>, chunkSize: number): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) {
    for (let at = 0; at < chunk.length; at += chunkSize) yield chunk.subarray(at, at + chunkSize);
  }
}
