import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import zlib from "node:zlib";
import type { InputReport } from "./inputReport.js";
import { peek } from "./peek.js";
import { unpackZstd, ZstdFault } from "./zstd.js";

const INSIDE = 1 << 20; // zlib's output buffer; twice as fast as its default of 16 KiB

/**
 * Unpacks gzip and Zstandard, known by their first bytes and not by a name; anything else passes as it is.
 * State: the decompressor's window and one chunk each of packed and unpacked bytes.
 */
export async function* decompress(chunks: AsyncIterable<Uint8Array>, report: InputReport): AsyncGenerator<Uint8Array> {
  const { head, all } = await peek(chunks, 4);
  const packing = packingOf(head);
  if (packing === undefined) return yield* all;
  try {
    yield* packing === "gzip" ? through(zlib.createGunzip({ chunkSize: INSIDE }), all) : unzstd(all);
  } catch (error) {
    throw isPackingFault(error) ? report.fault("", `must be a whole ${packing} file, got ${error.message}`) : error;
  }
}

export function packingOf(head: Uint8Array): "gzip" | "zstd" | undefined {
  if (head[0] === 0x1f && head[1] === 0x8b) return "gzip";
  if (head.length < 4) return undefined;
  const magic = Buffer.from(head).readUInt32LE(0);
  const isSkippable = magic >= 0x184d2a50 && magic <= 0x184d2a5f; // a frame of user data, which may come before the first
  return magic === 0xfd2fb528 || isSkippable ? "zstd" : undefined;
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
  if (error instanceof ZstdFault) return true;
  const { code, syscall } = error as NodeJS.ErrnoException;
  return syscall === undefined && (typeof code === "number" || /^(Z|ZSTD|ERR_ZSTD)_/.test(code ?? ""));
}
