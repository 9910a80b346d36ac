import type { HanSegmenter } from "#kernels";

/** The words into which a segmenter cuts a text of Han characters. */
export function cutWords(segmenter: HanSegmenter, text: string): string[] {
  const bytes = Buffer.from(`「${text}」`); // a run seldom stands at the start of its bytes
  const end = bytes.length - 3;
  const cuts = new Uint32Array(bytes.length);
  const count = segmenter.segment(bytes, 3, end, cuts);
  return Array.from(cuts.subarray(0, count), (cut, i) => bytes.toString("utf8", i === 0 ? 3 : cuts[i - 1], cut));
}
