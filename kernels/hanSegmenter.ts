/** Cuts runs of Han ideographs into words. */
export interface HanSegmenter {
  /**
   * Cuts the run `bytes[start, end)`, UTF-8 of Han ideographs only, into words. Writes the end of each word, an absolute offset
   * into `bytes`, to `cuts`, which holds at least (end - start) / 3 of them, and returns how many there are. The last is `end`.
   */
  segment(bytes: Uint8Array, start: number, end: number, cuts: Uint32Array): number;
}
