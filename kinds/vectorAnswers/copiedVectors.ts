import type { PackedTerms } from "./packedTerms.js";
import type { SharedRows } from "./sharedRows.js";

/** Rows in memory that threads share, and the terms where they are not those from before. */
export interface CopiedVectors extends SharedRows {
  readonly terms: PackedTerms | undefined;
}
