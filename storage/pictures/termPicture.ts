import type { NearestRows } from "../../kernels/layout/nearestRows.js";

/** Terms as points of a picture, the most frequent first. */
export interface TermPicture {
  readonly title: string;
  /** What the picture shows, in a sentence. */
  readonly note: string;
  readonly terms: readonly string[];
  /** Row-major (V, 2), from 0 in both directions, to 1 in the longer one. */
  readonly points: Float64Array;
  /** The colour of each term. */
  readonly groups: Uint8Array;
  readonly near: Pick<NearestRows, "perRow" | "ids">;
  /** Rows that are pointed out. */
  readonly marked: readonly number[];
}
