import type { ContextBatch, PairBatch } from "../../schemas/contexts.js";
import { forEachWindow } from "./contextWindow.js";

/** The pairs of a batch of windows, centre by centre and from left to right, at most `batchSize` at once. */
export function* spellPairs(batch: ContextBatch, batchSize: number): Generator<PairBatch> {
  const { vocabulary, ids } = batch;
  const edges = windowEdges(batch);
  let pairs = emptyPairs(batchSize);
  let length = 0;
  for (let centre = batch.firstCentre, k = 0; centre < batch.endCentre; centre++, k += 2) {
    for (let context = edges[k]!; context < edges[k + 1]!; context++) {
      if (context === centre) continue;
      pairs.centre[length] = ids[centre]!;
      pairs.context[length] = ids[context]!;
      pairs.distance[length] = context - centre;
      if (++length < batchSize) continue;
      yield { vocabulary, ...pairs };
      pairs = emptyPairs(batchSize);
      length = 0;
    }
  }
  if (length > 0) yield { vocabulary, ...slicePairs(pairs, 0, length) };
}

/** Start and end of each centre's window, one after the other. */
function windowEdges(batch: ContextBatch): Uint32Array {
  const edges = new Uint32Array(2 * (batch.endCentre - batch.firstCentre));
  let k = 0;
  forEachWindow(batch, (_, start, end) => {
    edges[k++] = start;
    edges[k++] = end;
  });
  return edges;
}

type Pairs = Omit<PairBatch, "vocabulary">;

export function emptyPairs(length: number) {
  return { centre: new Uint32Array(length), context: new Uint32Array(length), distance: new Int8Array(length) };
}

/** A copy of some rows. */
export function slicePairs({ centre, context, distance }: Pairs, start: number, end: number): Pairs {
  return {
    centre: centre.slice(start, end),
    context: context.slice(start, end),
    distance: distance.slice(start, end),
  };
}
