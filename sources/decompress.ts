import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import zlib from "node:zlib";
import { contentOf, isTelling, type Packing, textFault } from "../kernels/content.js";
import { expansionFault } from "../kernels/expansion.js";
import type { InputReport } from "./inputReport.js";
import { PackingFault } from "./packingFault.js";
import { peek } from "./peek.js";
import { unpackZstd } from "./zstd.js";

const READS = "text, gzip or Zstandard";
const INSIDE = 1 << 20; // zlib's output buffer; twice as fast as its default of 16 KiB

/**
 * The text of a file or a stream. Unpacks gzip and Zstandard, known by their first bytes and not by a name.
 * @throws SyntaxError through the stream, for what is certainly no UTF-8 text, packed or not
 * @throws RangeError through the stream, for a file that unpacks to more than `maxExpansion` times its size
 * State: the decompressor's window and one chunk each of packed and unpacked bytes.
 */
export async function* decompress(
  chunks: AsyncIterable<Uint8Array>,
  report: InputReport,
  maxExpansion: number,
): AsyncGenerator<Uint8Array> {
  const { head, all } = await peek(chunks, isTelling);
  const packing = contentOf(head)?.packing;
  if (packing === undefined) {
    requireText(head, report);
    return yield* all;
  }
  let [packed, unpacked] = [0, 0];
  const fed = tapped(all, (length) => {
    packed += length;
  });
  const refuseBomb = (length: number) => {
    unpacked += length;
    const fault = expansionFault(packed, unpacked, maxExpansion);
    if (fault) throw report.fault("", `${fault} (maxExpansion)`, RangeError);
  };
  try {
    const unpacked = await peek(tapped(packing === "gzip" ? gunzip(fed) : unzstd(fed), refuseBomb), isTelling);
    requireText(unpacked.head, report, packing);
    yield* unpacked.all;
  } catch (error) {
    throw isPackingFault(error) ? report.fault("", `must be a whole ${packing} file, got ${error.message}`) : error;
  }
}

/** @throws SyntaxError for first bytes of what is certainly no UTF-8 text */
export function requireText(head: Uint8Array, report: InputReport, inside?: Packing): void {
  const fault = textFault(head, { reads: READS, inside });
  if (fault) throw report.fault("", fault);
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
