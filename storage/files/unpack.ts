import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import zlib from "node:zlib";
import type { Packing } from "../../kernels/text/content.js";
import { expansionFault } from "./expansion.js";
import { PackingFault } from "./packingFault.js";
import { unpackZstd } from "./zstd.js";

const INSIDE = 1 << 20; // zlib's output buffer; twice as fast as its default of 16 KiB

interface UnpackOptions {
  /** Unpacked bytes for each packed one; as many as no text needs, unless it is given. */
  readonly maxExpansion?: number;
  /** Makes the error for what must hold and what was found. */
  readonly fault: (what: string, kind: typeof SyntaxError | typeof RangeError) => Error;
}

/**
 * Unpacks gzip, any number of members, or Zstandard, any number of frames, checked against their checksums.
 * @throws the fault, as SyntaxError for a file that is cut or damaged, as RangeError for one that unpacks to too much
 * State: the decompressor's window and one chunk each of packed and unpacked bytes.
 */
export async function* unpack(
  chunks: AsyncIterable<Uint8Array>,
  packing: Packing,
  { maxExpansion, fault }: UnpackOptions,
): AsyncGenerator<Uint8Array> {
  let [packed, unpacked] = [0, 0];
  const fed = tapped(chunks, (length) => {
    packed += length;
  });
  const refuseBomb = (length: number) => {
    unpacked += length;
    const what = expansionFault(packed, unpacked, maxExpansion);
    if (what) throw fault(maxExpansion === undefined ? what : `${what} (maxExpansion)`, RangeError);
  };
  try {
    yield* tapped(packing === "gzip" ? gunzip(fed) : unzstd(fed), refuseBomb);
  } catch (error) {
    throw isPackingFault(error) ? fault(`must be a whole ${packing} file, got ${error.message}`, SyntaxError) : error;
  }
}

/** Tells the length of each chunk that passes. */
async function* tapped(chunks: AsyncIterable<Uint8Array>, tell: (length: number) => void): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) {
    tell(chunk.length);
    yield chunk;
  }
}

async function* gunzip(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const unpacker = zlib.createGunzip({ chunkSize: INSIDE });
  let fed = 0;
  const counted = tapped(chunks, (length) => {
    fed += length;
  });
  const tail = "zeros behind its end"; // zlib stops at them, without a word if they come in the same chunk
  try {
    yield* through(unpacker, counted);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const hasEndedEarly = code === "ERR_STREAM_PREMATURE_CLOSE" || code === "ABORT_ERR";
    throw hasEndedEarly ? new PackingFault(tail) : error;
  }
  if (unpacker.bytesWritten < fed) throw new PackingFault(tail);
}

function unzstd(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  // From Node 22.15 on; its types are those of the oldest Node that we run on.
  const { createZstdDecompress } = zlib as { createZstdDecompress?: (options: zlib.ZlibOptions) => zlib.Gunzip };
  return unpackZstd(
    chunks,
    createZstdDecompress && ((frame) => through(createZstdDecompress({ chunkSize: INSIDE }), frame)),
  );
}

async function* through(unpacker: zlib.Gunzip, chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const fed = pipeline(Readable.from(chunks, { objectMode: false, highWaterMark: 1 }), unpacker);
  fed.catch(() => {}); // awaited below, unless the reader stops early
  try {
    yield* unpacker as AsyncIterable<Uint8Array>;
  } catch (error) {
    await fed; // has the cause, where the unpacker was only told to stop
    throw error;
  }
  await fed;
}

/** Faults of the packed bytes have a code of zlib or fzstd, or are our own; errors of the file system keep their own words. */
function isPackingFault(error: unknown): error is Error {
  if (!(error instanceof Error)) return false;
  if (error instanceof PackingFault) return true;
  const { code, syscall } = error as NodeJS.ErrnoException;
  return syscall === undefined && (typeof code === "number" || /^(Z|ZSTD|ERR_ZSTD)_/.test(code ?? ""));
}
