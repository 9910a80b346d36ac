import { defer, type Observable, tap } from "rxjs";
import { type ClassificationScores, scoreClassification } from "../../kernels/evaluation/classification.js";
import { run } from "../../runtime/run.js";
import type { AnyClassifier, TextBatch } from "../../schemas/index.js";
import { fillOptions, show } from "../../schemas/index.js";
import { makeUnit } from "../config/makeUnit.js";
import { builtIn } from "../config/registry.js";
import { classifyOnThreads } from "./classifyOnThreads.js";
import { loadClassifier, stepsFrom } from "./namedSteps.js";
import { predictorOf } from "./predictorOf.js";
import { type ClassifiedText, type ClassifyOptions, TextClassifier } from "./textClassifier.js";
import { textStepsOf, throughSteps } from "./textSteps.js";

export type { ClassifiedText } from "./textClassifier.js";

export interface ClassifyRequest extends ClassifyOptions {
  /** The source that reads the texts, and its options. */
  readonly source: "files" | "stdin";
  readonly options: Readonly<Record<string, unknown>>;
  /** The config, or the file or run of another classifier, whose steps make tokens of the texts; those of the classifier if left out. */
  readonly steps?: string | undefined;
  /** How the labels of the classifier begin, in a file of fastText's that was made with another prefix than its own. */
  readonly labelPrefix?: string | undefined;
  /** How many threads classify, the same answers at any number; 0, the default, for this one, which tells them as they come. */
  readonly workers?: number;
  readonly signal?: AbortSignal;
  /** Sees what the user may not expect, a line each. */
  readonly onNote?: (line: string) => void;
  /** Sees the texts that have ended with each batch of tokens, in order. */
  readonly onTexts: (texts: readonly ClassifiedText[]) => void;
}

/**
 * Classifies texts with the classifier in a file or a run. Tokens are made of them by the steps with which it learned, which its file tells
 * unless it is one of fastText's, or by others that are named. State: the classifier, a batch of tokens, and
 * the texts that end in it; on threads, that of `classifyOnThreads`.
 * @throws TypeError if nothing tells them; RangeError if a label does not begin with the prefix
 */
export async function classifyTexts(path: string, request: ClassifyRequest): Promise<void> {
  const loaded = await loadClassifier(path);
  noteFastText(path, loaded, request);
  const classifier = withoutPrefix(path, loaded, request.labelPrefix);
  const source = makeUnit(...unitWith(request.source, request.options), { epoch: 0 }) as Observable<TextBatch>;
  const noted = noteLabels(source, request);
  const { onTexts, signal, workers = 0 } = request;
  const stop = signal ? { signal } : {};
  if (workers > 0) {
    const { k, threshold, reasons, steps } = request;
    const options = { ...(k === undefined ? {} : { k }), ...(threshold === undefined ? {} : { threshold }) };
    const asked = { path, classifier, steps, options: reasons === undefined ? options : { ...options, reasons } };
    await run(classifyOnThreads(noted, asked, workers), { ...stop, onEvent: onTexts });
    return;
  }
  const texts = new TextClassifier(predictorOf(classifier, builtIn), request);
  const tell = () => {
    const ended = texts.take();
    if (ended.length > 0) onTexts(ended);
  };
  const steps = await (request.steps === undefined ? textStepsOf(path, classifier, builtIn) : stepsFrom(request.steps));
  await run(throughSteps(noted, steps), {
    ...stop,
    onEvent: (batch) => {
      texts.add(batch);
      tell();
    },
  });
  texts.finish();
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

function withoutPrefix(path: string, classifier: AnyClassifier, prefix = ""): AnyClassifier {
  const { labels, metadata } = classifier;
  if (metadata.get("format") !== "fastText" || prefix === "" || prefix === PREFIX) return classifier;
  const other = labels.find((label) => !label.startsWith(prefix));
  if (other !== undefined)
    throw new RangeError(`${path}: labels must begin with ${prefix}, as --label-prefix says, got ${show(other)}`);
  return { ...classifier, labels: labels.map((label) => label.slice(prefix.length)) };
}

/** What a file of fastText's does not say. */
function noteFastText(path: string, { labels, metadata }: AnyClassifier, request: ClassifyRequest): void {
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
