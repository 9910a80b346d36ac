import type { ContextBatch } from "../../schemas/contexts.js";

/** Calls `visit` for every centre with the edges of its window: the contexts are ids[start] .. ids[end - 1] without the centre. */
export function forEachWindow(batch: ContextBatch, visit: (centre: number, start: number, end: number) => void): void {
  const { ids, sentenceOffsets, radius, side } = batch;
  let next = 0; // the first sentence that begins after the centre
  let sentenceStart = 0;
  for (let centre = batch.firstCentre; centre < batch.endCentre; centre++) {
    while (next < sentenceOffsets.length && sentenceOffsets[next]! <= centre) sentenceStart = sentenceOffsets[next++]!;
    const sentenceEnd = sentenceOffsets[next] ?? ids.length;
    const start = side === "right" ? centre : Math.max(sentenceStart, centre - radius[centre]!);
    const end = side === "left" ? centre + 1 : Math.min(sentenceEnd, centre + radius[centre]! + 1);
    visit(centre, start, end);
  }
}
