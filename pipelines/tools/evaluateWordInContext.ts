import { existsSync, statSync } from "node:fs";
import {
  crossValidated,
  majorityScore,
  type ShareRight,
  scoreByThreshold,
  shareRight,
  type ThresholdScore,
} from "../../kernels/evaluation/wordInContext.js";
import { PairPredictor } from "../../kernels/neural/pairPredictor.js";
import { openEngine } from "../../models/neural/openEngine.js";
import { isNetworkClassifier, type NetworkClassifier } from "../../schemas/index.js";
import { kindHeld } from "../../storage/tables/tableFile.js";
import { builtIn } from "../config/registry.js";
import { readEvaluationText } from "./evaluationSets.js";
import { judgePairs } from "./judgePairs.js";
import { markPairs } from "./markedPairs.js";
import { loadClassifier } from "./namedSteps.js";
import { openTargets, type TargetOptions } from "./openTargets.js";
import { readWordsInContext, senseLabelOf, type WordInContext } from "./wordInContextFile.js";

export interface WordInContextRequest extends TargetOptions {
  readonly file: string;
  /** Pairs on which thresholds are chosen; if left out, each tenth of the file is judged by the others. */
  readonly train?: string | undefined;
}

export interface WordInContextScores {
  readonly pairs: number;
  /** Pairs of the other file, that thresholds are chosen on; 0 without one. */
  readonly learned: number;
  /** Of the more frequent answer, whatever the sentences are. */
  readonly majority: ShareRight;
  readonly ways: Readonly<Record<string, ThresholdScore>>;
}

/**
 * Asks a language model, or static vectors, whether a word has one sense in two sentences: whether the cosine of its vectors there is above a
 * threshold; of a head that was learned for it, what it says, beside the cosines of its own language model. State: the files, and a number for each pair and way.
 */
export async function evaluateWordInContext(
  who: string,
  path: string,
  { file, train, ...options }: WordInContextRequest,
): Promise<WordInContextScores> {
  const items = await pairsIn(file);
  const learned = train === undefined ? undefined : await pairsIn(train);
  const samples = items.slice(0, 50).map(({ places }) => places[0]);
  const head = await headAt(who, path);
  const vectors = await openTargets(who, head?.model ?? path, options, samples);
  const judged = await judgePairs(vectors, items);
  const known = learned && (await judgePairs(vectors, learned));
  const ways = vectors.ways.map((way, k) => {
    const others = known?.[k];
    return [way, others ? scoreByThreshold(judged[k]!, others) : crossValidated(judged[k]!)] as const;
  });
  const answers = (of: readonly WordInContext[]) => of.map(({ isSameSense }) => isSameSense);
  return {
    ...{ pairs: items.length, learned: learned?.length ?? 0 },
    majority: majorityScore(answers(items), answers(learned ?? items)),
    ways: { ...Object.fromEntries(ways), ...(head ? { head: await scoreOfHead(who, head, items) } : {}) },
  };
}

/** The questions of a file. */
export const pairsIn = async (path: string) => readWordsInContext(await readEvaluationText(path), path);

/** What `learnWordInContext` wrote, if the path is of such. @throws TypeError if it is a classifier of texts */
async function headAt(who: string, path: string): Promise<NetworkClassifier | undefined> {
  const isFile = existsSync(path) && statSync(path).isFile();
  if (!isFile || (await kindHeld(path)) !== "classifier") return undefined;
  const classifier = await loadClassifier(path);
  if (isNetworkClassifier(classifier) && classifier.head.pooling === "target") return classifier;
  throw new TypeError(`${who}: ${path} must be a classifier of words in context, got one of texts`);
}

/** Where the language model knows nothing of the word, the answer is the one more frequent where the head was learned. */
async function scoreOfHead(
  who: string,
  classifier: NetworkClassifier,
  items: readonly WordInContext[],
): Promise<ThresholdScore> {
  const { network, pairs } = await markPairs(who, classifier.model, items, classifier.head.length, builtIn);
  const predictor = new PairPredictor(classifier, network, openEngine());
  const { labels, labelCounts } = classifier;
  const otherwise = labels[labelCounts.indexOf(Math.max(...labelCounts))];
  const isRight: boolean[] = [];
  for (const [item, pair] of pairs.entries())
    isRight.push((pair ? await predictor.predict(pair) : otherwise) === senseLabelOf(items[item]!));
  predictor.close();
  return { ...shareRight(isRight), withoutVectors: pairs.filter((pair) => !pair).length };
}
