import type { Observable } from "rxjs";
import { type ClassifiedDocument, scoreClassification } from "../../kernels/evaluation/classification.js";
import type { Words } from "../../kernels/linear/documentFeatures.js";
import { labelLoss } from "../../kernels/linear/labelLoss.js";
import { WordDocuments } from "../../kernels/linear/wordDocuments.js";
import { run } from "../../runtime/run.js";
import { type AnyClassifier, plural, type Scores, type Scorings, type TextBatch } from "../../schemas/index.js";
import { predictorOf } from "./predictorOf.js";
import { type Known, textStepsOf, throughSteps } from "./textSteps.js";

/** How well a classifier tells the labels of texts, cut as those were that it learned from. */
export function classifierScorings(known: Known): Scorings<AnyClassifier> {
  return {
    labelled: {
      on: "texts",
      measures: {
        "p@1": { about: "Share of the texts whose most probable label is one of their own", better: "higher" },
        macroF1: {
          about: "Mean of the labels' F1, so that rare labels count as much as frequent ones",
          better: "higher",
        },
        microF1: { about: "F1 over all texts and labels", better: "higher" },
        loss: {
          about: "Mean logarithmic loss of the texts' own labels, in nats: also how sure it is counts",
          better: "lower",
        },
        calibrationError: { about: "Mean distance of probability and share of right ones", better: "lower" },
      },
      open: async (texts, signal) => {
        const items = await labelledAmong(texts, signal);
        return { items, unit: "texts", score: (classifier) => scoresOf(classifier, texts, known, signal) };
      },
    },
  };
}

async function labelledAmong(texts: Observable<TextBatch>, signal: AbortSignal | undefined): Promise<number> {
  let [all, labelled] = [0, 0];
  const count = ({ documentOffsets, documents }: TextBatch) => {
    all += documentOffsets.length;
    labelled += (documents?.labels ?? []).filter((own) => own.length > 0).length;
  };
  await run(texts, { onEvent: count, ...(signal ? { signal } : {}) });
  if (labelled === 0)
    throw new RangeError(`tune: the texts to score on must have labels, got ${plural(all, "text")} without`);
  return labelled;
}

async function scoresOf(
  classifier: AnyClassifier,
  texts: Observable<TextBatch>,
  known: Known,
  signal: AbortSignal | undefined,
): Promise<Scores> {
  const predictor = predictorOf(classifier, known);
  const lossOf = labelLoss(classifier);
  const idOf = new Map(classifier.labels.map((label, id) => [label, id]));
  const nothingKnown = new Float64Array(classifier.labels.length);
  const seen: ClassifiedDocument[] = [];
  let loss = 0;
  const visit = (words: Words, given: readonly string[]) => {
    if (given.length === 0) return;
    const own = given.flatMap((label) => idOf.get(label) ?? []);
    // Of drawing a label, also where a text is told the probabilities of having each.
    const probabilities = predictor.probabilitiesAt(predictor.scores(words) ?? nothingKnown, classifier.temperature);
    loss += lossOf(probabilities, own);
    seen.push({ given, predicted: predictor.predict(words) });
  };
  const documents = new WordDocuments(predictor.wordForm);
  await run(throughSteps(texts, await textStepsOf("tune", classifier, known)), {
    onEvent: (batch) => documents.add(batch, visit),
    ...(signal ? { signal } : {}),
  });
  documents.finish(visit);
  const { precisionAtK, macroF1, microF1, calibrationError } = scoreClassification(seen, 1);
  return { "p@1": precisionAtK, macroF1, microF1, loss: loss / seen.length, calibrationError };
}
