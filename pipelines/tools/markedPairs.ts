import { type MarkedText, markTarget } from "../../kernels/neural/markedTexts.js";
import type { Network } from "../../kernels/neural/network.js";
import type { MarkedPair } from "../../kernels/neural/pairPredictor.js";
import { frameTarget } from "../../kernels/neural/targetReader.js";
import { frameOf } from "../../kernels/neural/wordIds.js";
import type { LanguageModel } from "../../schemas/index.js";
import { languageModelSteps, makeLanguageModel } from "./languageModels.js";
import { targetRowsOf } from "./targetVectors.js";
import type { Known } from "./textSteps.js";
import type { WordInContext } from "./wordInContextFile.js";

/** Pairs as a language model reads them. */
export interface MarkedPairs {
  readonly network: Network;
  /** Of each pair both sentences, with the places of the word; undefined where the model knows nothing of the word in one. */
  readonly pairs: readonly (MarkedPair | undefined)[];
}

/** @param length places of a sentence at most */
export async function markPairs(
  who: string,
  model: LanguageModel,
  items: readonly WordInContext[],
  length: number,
  known: Known,
): Promise<MarkedPairs> {
  const { network, vocabulary } = makeLanguageModel(who, model, known);
  const steps = await languageModelSteps(who, model, known);
  const rows = await targetRowsOf(
    { model, vocabulary, steps },
    items.flatMap(({ places }) => places),
  );
  const frame = frameOf(vocabulary, network);
  const bounds = { ...network, longest: Math.min(length, network.longest ?? length) };
  const texts = rows.map((row): MarkedText | undefined =>
    row.to > row.from ? markTarget(frameTarget(row, frame, bounds)) : undefined,
  );
  const pairs = items.map((_, item): MarkedPair | undefined => {
    const [first, second] = [texts[2 * item], texts[2 * item + 1]];
    return first && second && [first, second];
  });
  return { network, pairs };
}
