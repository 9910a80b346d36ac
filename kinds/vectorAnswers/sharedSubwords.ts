import type { SubwordRows } from "../../schemas/subwords.js";
import { takeMemory } from "./sharedRows.js";

/** Rows of subwords that threads read together; nobody writes to them once they are made. */
export interface SharedSubwords {
  readonly rows: SubwordRows;
  /** What they lie in: the buckets, then the rows. */
  readonly memory: SharedArrayBuffer;
}

/**
 * Copies rows of subwords to where threads can share them, into a memory that is no longer needed if one is large enough. They do not lie
 * with the rows of the terms: no kernel reads them, and those of two million n-grams alone may fill what a kernel can address.
 * Cost: one copy of 4 R (D + 1) bytes.
 */
export function shareSubwords(
  { form, buckets, values }: SubwordRows,
  unused: SharedArrayBuffer[] = [],
): SharedSubwords {
  const bytes = buckets.byteLength + values.byteLength;
  const memory = takeMemory(unused, bytes, {
    bytesOf: ({ byteLength }) => byteLength,
    make: (wanted) => new SharedArrayBuffer(wanted),
  });
  const shared = {
    buckets: new Uint32Array(memory, 0, buckets.length),
    values: new Float32Array(memory, buckets.byteLength, values.length),
  };
  shared.buckets.set(buckets);
  shared.values.set(values);
  return { rows: { form, ...shared }, memory };
}
