import { contentOf, isTelling, type Packing, textFault } from "../../kernels/text/content.js";
import { peek } from "./peek.js";
import { unpack } from "./unpack.js";

/** Makes errors of a file's content, with who reads it and where. */
export interface FaultReport {
  fault(where: string, what: string, kind?: typeof SyntaxError | typeof RangeError): Error;
}

/**
 * The text of a file or a stream. Unpacks gzip and Zstandard, known by their first bytes and not by a name.
 * @throws SyntaxError through the stream, for what is certainly no UTF-8 text, packed or not
 * @throws RangeError through the stream, for a file that unpacks to more than `maxExpansion` times its size
 * State: as `unpack`; at first, as many chunks as it takes to see what it is.
 */
export async function* decompress(
  chunks: AsyncIterable<Uint8Array>,
  report: FaultReport,
  maxExpansion: number,
): AsyncGenerator<Uint8Array> {
  const { head, all } = await peek(chunks, isTelling);
  const packing = contentOf(head)?.packing;
  if (packing === undefined) {
    requireText(head, report);
    return yield* all;
  }
  const fault = (what: string, kind: typeof SyntaxError | typeof RangeError) => report.fault("", what, kind);
  const unpacked = await peek(unpack(all, packing, { maxExpansion, fault }), isTelling);
  requireText(unpacked.head, report, packing);
  yield* unpacked.all;
}

function requireText(head: Uint8Array, report: FaultReport, inside?: Packing): void {
  const fault = textFault(head, { reads: "text, gzip or Zstandard", inside });
  if (fault) throw report.fault("", fault);
}
