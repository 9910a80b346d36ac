import { Decompress } from "fzstd";

const FEED = 1 << 14; // fed in small pieces, since one may unpack to many times its size

/** Unpacks Zstandard frames, one after the other, where the engine cannot. */
export async function* unpackZstd(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const unpacked: Uint8Array[] = [];
  const unpacker = new Decompress((bytes) => {
    if (bytes.length > 0) unpacked.push(bytes.slice());
  });
  for await (const chunk of chunks) {
    for (let at = 0; at < chunk.length; at += FEED) {
      unpacker.push(chunk.subarray(at, at + FEED));
      yield* unpacked.splice(0);
    }
  }
  unpacker.push(new Uint8Array(0), true);
  yield* unpacked.splice(0);
}
