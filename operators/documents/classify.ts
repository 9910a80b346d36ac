import type { OperatorFunction } from "rxjs";
import type { Words } from "../../kernels/linear/documentFeatures.js";
import { Predictor } from "../../kernels/linear/predictor.js";
import { WordDocuments } from "../../kernels/linear/wordDocuments.js";
import { type AnyClassifier, requireLinear } from "../../schemas/classifier.js";
import { classifierOption, integer, number, oneOf } from "../../schemas/fields.js";
import { defineOptions, type OptionsOf, parseOptions } from "../../schemas/options.js";
import type { PredictionBatch } from "../../schemas/predictions.js";
import { requireSameTextSteps } from "../../schemas/sameTextSteps.js";
import type { Prediction, TextPredictor } from "../../schemas/textPredictor.js";
import type { TokenBatch } from "../../schemas/tokens.js";
import { defineUnit } from "../../schemas/units.js";
import { answerDocuments } from "./documentAnswers.js";

/** In code the classifier is an argument. */
const classifyOptions = defineOptions({
  name: "classify",
  fields: {
    k: integer({ min: 1, max: 1000, default: 1, description: "Labels of a document at most" }),
    threshold: number({ min: 0, max: 1, default: 0, description: "The least probability of a label that is given" }),
  },
});

export type ClassifyOptions = OptionsOf<typeof classifyOptions>;

export const classifySchema = defineUnit({
  name: "classify",
  kind: "operator",
  reads: "tokens",
  needs: { classifier: "classifier" },
  needsInFiles: { classifier: "model" },
  makes: "predictions",
  resumable: true,
  summary: "Tells the labels of documents by a classifier that the run has made, or that of a file",
  paper: "Joulin et al. 2017, arXiv:1607.01759",
  fields: {
    model: classifierOption({
      optional: true,
      description: "File of the classifier; if left out, a step above makes it",
    }),
    ...classifyOptions.fields,
    textSteps: oneOf(["same", "any"], {
      default: "same",
      description:
        "same: the run ends if tokens are made by other steps than those of the texts that the classifier learned from; any: whatever steps",
    }),
  },
  create: (
    { classifier },
    { model = classifier, textSteps = "same", ...options },
    context,
  ): OperatorFunction<TokenBatch, PredictionBatch> => {
    if (textSteps === "same" && context.textSteps)
      requireSameTextSteps("classify", "the classifier learned from", model.metadata, context.textSteps);
    return classify(context.predictorOf?.(model) ?? model, options);
  },
});

/**
 * Tells the labels of each document, the most probable first, equal ones in the order of the classifier's labels. The tokens must be made as
 * those were that the classifier learned from.
 *
 * In:  TokenBatch. Out: PredictionBatch, a row a document, once it has ended: with the beginning of the next, or of the stream's end; any split
 * of a text into batches gives the same rows. A document without a known word has no label. Counts `withoutLabel`.
 * State: the document that has begun, a text a term, and the classifier.
 * @param classifier a linear one, or whatever one that was made ready to be asked, as a run does
 * @throws TypeError, RangeError at the call, if an option is of the wrong kind or out of range
 * @see Joulin et al. 2017, arXiv:1607.01759
 * @example
 *   tokens$.pipe(classify(classifier, { k: 3 }), writePredictions({ path: "predictions.jsonl" }))
 */
export function classify(
  classifier: AnyClassifier | TextPredictor,
  options?: ClassifyOptions,
): OperatorFunction<TokenBatch, PredictionBatch> {
  const settings = parseOptions(classifyOptions, options);
  const predictor = "predict" in classifier ? classifier : new Predictor(requireLinear("classify", classifier));
  return answerDocuments<Words, Prediction, PredictionBatch>(
    () => new WordDocuments(predictor.wordForm),
    (words) => predictor.predict(words, settings),
    "withoutLabel",
    ({ answers, ...rows }) => ({
      ...rows,
      labels: answers.map(({ label }) => label),
      probabilities: Float64Array.from(answers, ({ probability }) => probability),
    }),
  );
}
