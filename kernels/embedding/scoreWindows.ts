import type { ContextBatch } from "../../schemas/contexts.js";
import type { StepStats } from "../../schemas/models.js";
import { scoreCbow } from "./cbow.js";
import { forEachWindow } from "./contextWindow.js";
import { makeOutputRows, type OutputLayer } from "./outputRows.js";
import { scoreSkipGram } from "./skipGram.js";
import type { Weights } from "./weights.js";
import type { Word2vecSettings, Word2vecWeights } from "./word2vecTrainer.js";

/**
 * The loss of windows, summed over the examples in nats, as training would tell it, with weights that stay as they are. In plain
 * TypeScript: for held-out text, not for all that is learned from.
 */
export function scoreWindows(
  { architecture, cbowMean }: Word2vecSettings,
  outputs: OutputLayer,
  { input, output }: Word2vecWeights,
  batch: ContextBatch,
): StepStats {
  const terms = batch.vocabulary.terms.length;
  const weights = { input, output, vectorSize: input.length / terms } as Weights;
  let [loss, examples, taken] = [0, 0, 0];
  forEachWindow(batch, (centre, start, end) => {
    taken++;
    const contexts = Uint32Array.from([...batch.ids.subarray(start, centre), ...batch.ids.subarray(centre + 1, end)]);
    if (contexts.length === 0) return;
    const rows = makeOutputRows(outputs.capacity);
    outputs.fill(rows, batch.ids[centre]!, batch.epoch, batch.position + centre - batch.firstCentre);
    const isSkipGram = architecture === "skipGram";
    loss += (isSkipGram ? scoreSkipGram(weights, contexts, rows, 0) : scoreCbow(weights, contexts, rows, 0, cbowMean))
      .loss;
    examples += isSkipGram ? contexts.length : 1;
  });
  return { taken, examples, loss, epoch: batch.epoch };
}
