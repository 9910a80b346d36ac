import { of } from "rxjs";
import {
  type FineTunePairsOptions,
  type FineTunePairsRequest,
  fineTunePairs,
  fineTunePairsOptions,
} from "../../models/fineTune/fineTunePairs.js";
import { run } from "../../runtime/run.js";
import { type NetworkClassifier, parseOptions } from "../../schemas/index.js";
import { writeClassifier } from "../../sinks/writeClassifier.js";
import { builtIn } from "../config/registry.js";
import { pairsIn } from "./evaluateWordInContext.js";
import { loadLanguageModel } from "./languageModelTexts.js";
import { markPairs } from "./markedPairs.js";
import { networksOf } from "./networksOf.js";
import { SENSE_LABELS, senseLabelOf } from "./wordInContextFile.js";

export interface LearnWordInContextRequest extends Pick<FineTunePairsRequest, "signal" | "onPass"> {
  /** Words in context to learn from. */
  readonly file: string;
  /** The language model, or the run that made it. */
  readonly model: string;
  /** The classifier to write: .arrow or .parquet. */
  readonly out: string;
  readonly options: FineTunePairsOptions;
}

export interface LearnedWordInContext {
  readonly pairs: number;
  /** Pairs of words that the language model knows nothing of, which were passed over. */
  readonly withoutWords: number;
  readonly classifier: NetworkClassifier;
}

/** Learns whether a word has one sense in two sentences, over a language model, and writes what was learned. State: the pairs, and as `fineTunePairs`. */
export async function learnWordInContext(
  who: string,
  { file, model: path, out, options, signal, onPass }: LearnWordInContextRequest,
): Promise<LearnedWordInContext> {
  const { length } = parseOptions(fineTunePairsOptions, options);
  const [items, model] = [await pairsIn(file), await loadLanguageModel(path)];
  const { pairs } = await markPairs(who, model, items, length, builtIn);
  const known = pairs.flatMap((texts, item) => (texts ? [{ texts, label: senseLabelOf(items[item]!) }] : []));
  const request = { labels: SENSE_LABELS, networks: networksOf(builtIn), signal, onPass };
  const classifier = await fineTunePairs(model, known, options, request);
  await run(of(classifier).pipe(writeClassifier({ path: out })), signal ? { signal } : {});
  return { pairs: known.length, withoutWords: items.length - known.length, classifier };
}
