import type { Observable } from "rxjs";
import { type ClassificationScores, scoreClassification } from "../../kernels/evaluation/classification.js";
import { type Explanation, type Prediction, type PredictOptions, Predictor } from "../../kernels/linear/predictor.js";
import { TokenDocuments } from "../../kernels/linear/tokenDocuments.js";
import { run } from "../../runtime/run.js";
import type { Classifier, TextBatch } from "../../schemas/index.js";
import { fillOptions } from "../../schemas/index.js";
import { makeUnit } from "../config/makeUnit.js";
import { builtIn } from "../config/registry.js";
import { loadValue } from "./loadValue.js";
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
  readonly signal?: AbortSignal;
  /** Sees each text once it is classified, in order. */
  readonly onText: (text: ClassifiedText) => void;
}

/**
 * Classifies texts with the classifier in a file or a run. Tokens are made of them by the steps with which it learned, which its file tells.
 * State: the classifier, and a text.
 * @throws TypeError if the file does not tell them
 */
export async function classifyTexts(path: string, request: ClassifyRequest): Promise<void> {
  const classifier = (await loadValue(builtIn.kinds.get("classifier")!, path)) as Classifier;
  const predictor = new Predictor(classifier);
  const documents = new TokenDocuments();
  const visit = (tokens: readonly string[], given: readonly string[]) => {
    const explanation = request.reasons === undefined ? undefined : predictor.explain(tokens, request.reasons);
    request.onText({ given, predicted: predictor.predict(tokens, request), ...(explanation ? { explanation } : {}) });
  };
  const source = makeUnit(...unitWith(request.source, request.options), { epoch: 0 }) as Observable<TextBatch>;
  const steps = textStepsOf(path, classifier, (name) => builtIn.units.get(name));
  const { signal } = request;
  await run(throughSteps(source, steps), {
    ...(signal ? { signal } : {}),
    onEvent: (batch) => documents.add(batch, visit),
  });
  documents.finish(visit);
}

/** Scores a classifier on texts whose labels are known. */
export async function evaluateClassifier(
  path: string,
  { k = 1, ...request }: Omit<ClassifyRequest, "onText" | "threshold">,
): Promise<ClassificationScores> {
  const texts: ClassifiedText[] = [];
  await classifyTexts(path, { ...request, k, onText: (text) => texts.push(text) });
  return scoreClassification(texts, k);
}

function unitWith(name: string, options: Readonly<Record<string, unknown>>) {
  const unit = builtIn.units.get(name)!;
  return [unit, {}, fillOptions(unit, options)] as const;
}
