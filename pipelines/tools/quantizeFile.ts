import { setImmediate } from "node:timers/promises";
import { quantizeClassifier, rowsByLength } from "../../kernels/linear/quantizeClassifier.js";
import { type Classifier, requireLinear } from "../../schemas/index.js";
import { fastTextLosses } from "../../storage/fasttext/fastTextLosses.js";
import { quantizedSize } from "../../storage/fasttext/quantizedSize.js";
import { writeFastTextClassifier } from "../../storage/fasttext/writeFastText.js";
import { loadClassifier } from "./namedSteps.js";

export interface QuantizeRequest {
  /** The `.ftz` to write. */
  readonly out: string;
  /** The most bytes that it may have. */
  readonly maxSize?: number;
  /** The most rows of terms and buckets that it may have. */
  readonly cutoff?: number;
  /** Columns that share a byte; 2 if left out. */
  readonly pieceSize?: number | undefined;
  /** 1 if left out. */
  readonly seed?: number | undefined;
  readonly signal?: AbortSignal;
  /** Sees the size before the work begins. */
  readonly onPlan?: (plan: QuantizePlan) => void;
  /** Sees what the file cannot hold, a line each. */
  readonly onNote?: (line: string) => void;
}

const PIECE_SIZE = 2;

export interface QuantizePlan {
  readonly bytes: number;
  readonly kept: number;
  readonly rows: number;
}

/**
 * Writes the classifier in a file or a run in quantised form, as fastText's `.ftz`. State: the classifier, and its rows once more.
 * @throws RangeError if not even one row fits
 */
export async function quantizeFile(path: string, request: QuantizeRequest): Promise<void> {
  await writeQuantized(requireLinear("quantize", await loadClassifier(path)), request);
}

/** The same with a classifier that was read before. */
export async function writeQuantized(classifier: Classifier, request: QuantizeRequest): Promise<void> {
  const rows = rowsByLength(classifier);
  const { kept, bytes } = fitting(classifier, rows, request);
  request.onPlan?.({ bytes, kept, rows: rows.length });
  const signal = request.signal ?? new AbortController().signal;
  const quantized = await quantizeClassifier(classifier, rows.subarray(0, kept), {
    pieceSize: request.pieceSize ?? PIECE_SIZE,
    seed: request.seed ?? 1,
    pause: () => setImmediate(undefined, { signal }),
  });
  await writeFastTextClassifier(request.out, quantized, signal);
  for (const loss of fastTextLosses(request.out, quantized)) request.onNote?.(loss);
}

/** How many of the rows the file can hold, and its bytes. */
function fitting(classifier: Classifier, rows: Uint32Array, request: QuantizeRequest) {
  const { cutoff = rows.length, maxSize = Number.POSITIVE_INFINITY, pieceSize = PIECE_SIZE } = request;
  const { fixed, ofRow } = quantizedSize(classifier, pieceSize);
  let [kept, bytes] = [0, fixed];
  while (kept < Math.min(cutoff, rows.length)) {
    const next = bytes + ofRow(rows[kept]!);
    if (next > maxSize) break;
    bytes = next;
    kept++;
  }
  if (kept === 0)
    throw new RangeError(
      `quantize: the file must have room for one row, ${fixed + ofRow(rows[0]!)} bytes, got ${request.maxSize ?? cutoff}`,
    );
  return { kept, bytes };
}
