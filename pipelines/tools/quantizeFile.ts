import { setImmediate } from "node:timers/promises";
import { quantizeClassifier, rowsByLength } from "../../kernels/linear/quantizeClassifier.js";
import type { Classifier } from "../../schemas/index.js";
import { losesTextSteps, stepsLost } from "../../storage/fasttext/losesTextSteps.js";
import { quantizedSize } from "../../storage/fasttext/quantizedSize.js";
import { writeFastTextClassifier } from "../../storage/fasttext/writeFastText.js";
import { builtIn } from "../config/registry.js";
import { loadValue } from "./loadValue.js";

export interface QuantizeRequest {
  /** The `.ftz` to write. */
  readonly out: string;
  /** The most bytes that it may have. */
  readonly maxSize?: number;
  /** The most rows of terms and buckets that it may have. */
  readonly cutoff?: number;
  readonly pieceSize: number;
  readonly seed: number;
  readonly signal?: AbortSignal;
  /** Sees the size before the work begins. */
  readonly onPlan: (plan: QuantizePlan) => void;
  /** Sees what the file cannot hold, a line each. */
  readonly onNote?: (line: string) => void;
}

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
  const classifier = (await loadValue(builtIn.kinds.get("classifier")!, path)) as Classifier;
  const rows = rowsByLength(classifier);
  const { kept, bytes } = fitting(classifier, rows, request);
  request.onPlan({ bytes, kept, rows: rows.length });
  const signal = request.signal ?? new AbortController().signal;
  const quantized = await quantizeClassifier(classifier, rows.subarray(0, kept), {
    pieceSize: request.pieceSize,
    seed: request.seed,
    pause: () => setImmediate(undefined, { signal }),
  });
  await writeFastTextClassifier(request.out, quantized, signal);
  if (losesTextSteps(classifier)) request.onNote?.(stepsLost(request.out));
}

/** How many of the rows the file can hold, and its bytes. */
function fitting(classifier: Classifier, rows: Uint32Array, request: QuantizeRequest) {
  const { cutoff = rows.length, maxSize = Number.POSITIVE_INFINITY, pieceSize } = request;
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
