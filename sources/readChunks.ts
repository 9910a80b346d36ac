import type { FileHandle } from "node:fs/promises";

/** An open file from its beginning, in chunks of at most `chunkSize` bytes, each in memory of its own. */
export async function* readChunks(file: FileHandle, chunkSize: number): AsyncGenerator<Uint8Array> {
  let position = 0;
  for (;;) {
    const { size } = await file.stat();
    // One byte more than is left, so that a small file takes a small buffer and its end is seen; a pipe states no size.
    const length = size > position ? Math.min(chunkSize, size - position + 1) : chunkSize;
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
