import { CENTROIDS } from "../../kernels/linear/productQuantizer.js";
import type { Classifier } from "../../schemas/classifier.js";

/** Magic number, version, options, sizes of the dictionary, and what stands before the matrices and the two quantisers. */
const FIXED_BYTES = 92 + 1 + (1 + 16 + 4) + 2 * 16 + 1 + 16;
/** The count and the type behind a text, and the byte that ends it. */
const ENTRY_BYTES = 10;
const BUCKET_BYTES = 8;

/** The bytes of an `.ftz` before its first row, and of each row of a term or a bucket, when the classifier is quantised. */
export function quantizedSize({ terms, labels, input, output }: Classifier, pieceSize: number) {
  const rowBytes = Math.ceil(input.columns / pieceSize) + 1;
  const outputBytes = "values" in output ? 4 * output.values.length : 0;
  const labelBytes = labels.reduce((sum, label) => sum + Buffer.byteLength(`__label__${label}`) + ENTRY_BYTES, 0);
  return {
    fixed: FIXED_BYTES + 4 * CENTROIDS * (input.columns + 1) + outputBytes + labelBytes,
    ofRow: (row: number) =>
      rowBytes + (row < terms.length ? Buffer.byteLength(terms[row]!) + ENTRY_BYTES : BUCKET_BYTES),
  };
}
