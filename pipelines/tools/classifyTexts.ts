import { defer, type Observable, tap } from "rxjs";
import { type ClassificationScores, scoreClassification } from "../../kernels/evaluation/classification.js";
import type { Word } from "../../kernels/linear/documentFeatures.js";
import { type Explanation, type Prediction, type PredictOptions, Predictor } from "../../kernels/linear/predictor.js";
import { TokenDocuments } from "../../kernels/linear/tokenDocuments.js";
import { run } from "../../runtime/run.js";
import type { Classifier, TextBatch } from "../../schemas/index.js";
import { fillOptions, show } from "../../schemas/index.js";
import { makeUnit } from "../config/makeUnit.js";
import { builtIn } from "../config/registry.js";
import { loadClassifier, stepsFrom } from "./namedSteps.js";
import { textStepsOf, throughSteps } from "./textSteps.js";

export interface ClassifiedText {
  /** The labels that came with the text. */
  readonly given: readonly string[];
  readonly predicted: readonly Prediction[];
  readonly explanation?: Explanation;
}

export interface ClassifyRequest extends PredictOptions {
  /** The source that reads the texts, and its options. */
  readonly source: "files" | "stdin";
  readonly options: Readonly<Record<string, unknown>>;
  /** How many reasons to give for the most probable label; none if left out. */
  readonly reasons?: number;
  /** The config, or the file or run of another classifier, whose steps make tokens of the texts; those of the classifier if left out. */
  readonly steps?: string | undefined;
  /** How the labels of the classifier begin, in a file of fastText's that was made with another prefix than its own. */
  readonly labelPrefix?: string | undefined;
  readonly signal?: AbortSignal;
  /** Sees what the user may not expect, a line each. */
  readonly onNote?: (line: string) => void;
  /** Sees the texts that have ended with each batch of tokens, in order. */
  readonly onTexts: (texts: readonly ClassifiedText[]) => void;
}

/**
 * Classifies texts with the classifier in a file or a run. Tokens are made of them by the steps with which it learned, which its file tells
 * unless it is one of fastText's, or by others that are named. State: the classifier, a batch of tokens, and
 * the texts that end in it.
 * @throws TypeError if nothing tells them; RangeError if a label does not begin with the prefix
 */
export async function classifyTexts(path: string, request: ClassifyRequest): Promise<void> {
  const loaded = await loadClassifier(path);
  noteFastText(path, loaded, request);
  const classifier = withoutPrefix(path, loaded, request.labelPrefix);
  const predictor = new Predictor(classifier);
  const documents = new TokenDocuments(predictor.wordForm);
  let ended: ClassifiedText[] = [];
  const visit = (tokens: readonly Word[], given: readonly string[]) => {
    const explanation = request.reasons === undefined ? undefined : predictor.explain(tokens, request.reasons);
    ended.push({ given, predicted: predictor.predict(tokens, request), ...(explanation ? { explanation } : {}) });
  };
  const tell = () => {
    if (ended.length > 0) request.onTexts(ended);
    ended = [];
  };
  const source = makeUnit(...unitWith(request.source, request.options), { epoch: 0 }) as Observable<TextBatch>;
  const steps = await (request.steps === undefined ? textStepsOf(path, classifier, builtIn) : stepsFrom(request.steps));
  const { signal } = request;
  await run(throughSteps(noteLabels(source, request), steps), {
    ...(signal ? { signal } : {}),
    onEvent: (batch) => {
      documents.add(batch, visit);
      tell();
    },
  });
  documents.finish(visit);
  tell();
}

/** Scores a classifier on texts whose labels are known. */
export async function evaluateClassifier(
  path: string,
  { k = 1, ...request }: Omit<ClassifyRequest, "onTexts" | "threshold">,
): Promise<ClassificationScores> {
  const texts: ClassifiedText[] = [];
  const onTexts = (some: readonly ClassifiedText[]) => {
    for (const text of some) texts.push(text);
  };
  await classifyTexts(path, { ...request, k, onTexts });
  return scoreClassification(texts, k);
}

const PREFIX = "__label__";

function withoutPrefix(path: string, classifier: Classifier, prefix = ""): Classifier {
  const { labels, metadata } = classifier;
  if (metadata.get("format") !== "fastText" || prefix === "" || prefix === PREFIX) return classifier;
  const other = labels.find((label) => !label.startsWith(prefix));
  if (other !== undefined)
    throw new RangeError(`${path}: labels must begin with ${prefix}, as --label-prefix says, got ${show(other)}`);
  return { ...classifier, labels: labels.map((label) => label.slice(prefix.length)) };
}

/** What a file of fastText's does not say. */
function noteFastText(path: string, { labels, metadata }: Classifier, request: ClassifyRequest): void {
  if (metadata.get("format") !== "fastText") return;
  const { onNote = () => {}, steps, labelPrefix } = request;
  if (steps === undefined)
    onNote(
      `${path} does not tell how texts are cut: they are cut at white space, as fastText does; --steps names a config or a classifier with other steps`,
    );
  const prefixed = labels.find((label) => /^__[^_]+__/.test(label));
  if (prefixed !== undefined && labelPrefix === undefined)
    onNote(
      `${path} has labels that do not begin with ${PREFIX}, such as ${show(prefixed)}; --label-prefix leaves out how they begin`,
    );
}

/** Notes that the first text begins with a label, which is read as a word: a file of fastText's that is read as lines. */
function noteLabels(source: Observable<TextBatch>, { labelPrefix, onNote = () => {} }: ClassifyRequest) {
  const prefix = labelPrefix || PREFIX;
  return defer(() => {
    let isFirst = true;
    return source.pipe(
      tap(({ bytes, position }) => {
        if (isFirst && Buffer.from(bytes).indexOf(prefix) === 0)
          onNote(
            `${position.source}: texts begin with ${prefix}, which is read as a word of theirs; --format labelled takes the labels out`,
          );
        isFirst = false;
      }),
    );
  });
}

function unitWith(name: string, options: Readonly<Record<string, unknown>>) {
  const unit = builtIn.units.get(name)!;
  return [unit, {}, fillOptions(unit, options)] as const;
}
