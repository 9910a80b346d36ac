import type { PackedTerms } from "./packedTerms.js";
import type { SharedRows } from "./sharedRows.js";
import type { SharedSubwords } from "./sharedSubwords.js";

/** Rows in memory that threads share, those of subwords in another one, and the terms where they are not those from before. */
export interface CopiedVectors extends SharedRows {
  readonly terms: PackedTerms | undefined;
  readonly subwords: SharedSubwords | undefined;
}
